// The server's own description as types (build/openapi.d.ts is generated from it), so that a page which misreads a card fails tsc.
import type { components, paths } from './build/openapi'

declare global {
  namespace Api {
    type Card<K extends keyof components['schemas']> = components['schemas'][K]

    type Prefix = '/api/v1'
    type Bare<P> = P extends `${Prefix}${infer Rest}` ? Rest : never
    type Full<P extends string> = `${Prefix}${P}` & keyof paths
    type Has<V extends string> = { [P in keyof paths]: paths[P] extends Record<V, { responses: any }> ? P : never }[keyof paths]

    type Verb = 'post' | 'put' | 'delete'
    type Reads = Bare<Has<'get'>>
    type Writes<V extends Verb> = Bare<Has<V>>

    type Operation<V extends string, P extends string> = paths[Full<P>] extends Record<V, infer O> ? O : never
    type Part<O, N extends string> = O extends { parameters: infer Q } ? (Q extends Partial<Record<N, infer X>> ? X : {}) : {}
    type Said<O> = (Part<O, 'path'> extends infer A ? ([A] extends [never | undefined] ? {} : NonNullable<A>) : {}) &
      (Part<O, 'query'> extends infer B ? ([B] extends [never | undefined] ? {} : Partial<NonNullable<B>>) : {})
    type Answer<O> = O extends { responses: infer R }
      ? { [S in keyof R]: S extends 200 | 201 ? (R[S] extends { content: { 'application/json': infer J } } ? J : never) : never }[keyof R & (200 | 201)]
      : never

    type ReadParams<P extends string> = Said<Operation<'get', P>>
    type ReadAnswer<P extends string> = Answer<Operation<'get', P>>
    type WriteParams<V extends Verb, P extends string> = Said<Operation<V, P>>
    type WriteBody<V extends Verb, P extends string> = Operation<V, P> extends { requestBody?: infer B }
      ? NonNullable<B> extends { content: { 'application/json': infer J } } ? J : undefined
      : undefined
    type WriteAnswer<V extends Verb, P extends string> = Answer<Operation<V, P>>
  }
}
export {}
