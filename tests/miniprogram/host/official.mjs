// Compile every page with WeChat's own wcc and wcsc: `node host/official.mjs <miniprogram>`. Faults end it with 1.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'

const { wxmlToJs, wxssToJs } = createRequire(import.meta.url)('miniprogram-compiler')
const root = path.resolve(process.argv[2])
const files = fs.readdirSync(root, { recursive: true }).map(String)
const templates = files.filter((each) => each.endsWith('.wxml'))
const styles = files.filter((each) => each.endsWith('.wxss'))

const markup = wxmlToJs(root)
// What wcc made must be a program, and know every template by name.
const known = new Function('global', markup)
const missing = templates.filter((each) => !markup.includes(each))
const sheets = wxssToJs(root)
new Function(sheets)
for (const each of styles) if (!sheets.includes(each)) missing.push(each)
if (missing.length || typeof known !== 'function') {
  console.error(`not compiled: ${missing.join(', ')}`)
  process.exit(1)
}
console.log(`${templates.length} templates, ${styles.length} style sheets`)
