// What wx.scanCode({ onlyFromCamera: true }) shows: the camera's picture, read by jsQR until it holds a code.
export const scan = async () => {
  let stream
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } })
  } catch {
    throw new Error('fail auth deny')
  }
  const box = document.createElement('div')
  box.className = 'wx-camera'
  box.setAttribute('role', 'dialog')
  box.setAttribute('aria-label', '扫一扫')
  const video = Object.assign(document.createElement('video'), { srcObject: stream, muted: true, playsInline: true })
  const close = Object.assign(document.createElement('button'), { textContent: '关闭扫一扫' })
  box.append(video, close)
  document.body.append(box)
  let open = true
  close.onclick = () => {
    open = false
  }
  try {
    await video.play()
    const paper = document.createElement('canvas')
    const pen = paper.getContext('2d', { willReadFrequently: true })
    while (open) {
      paper.width = video.videoWidth
      paper.height = video.videoHeight
      if (paper.width) {
        pen.drawImage(video, 0, 0)
        const found = window.jsQR(pen.getImageData(0, 0, paper.width, paper.height).data, paper.width, paper.height)
        if (found?.data) return { result: found.data, scanType: 'QR_CODE', charSet: 'UTF-8', path: '' }
      }
      await new Promise((done) => setTimeout(done, 120))
    }
    throw new Error('cancel')
  } finally {
    for (const track of stream.getTracks()) track.stop()
    box.remove()
  }
}
