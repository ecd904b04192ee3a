/** What Node has of WebAssembly and its types leave out. */
export interface Wasm {
  readonly wasm: unique symbol
}

const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<Wasm> }
}
export const { compile } = WebAssembly
