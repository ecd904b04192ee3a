/** What is used of WebAssembly, which TypeScript knows only beside the types of browsers. */
export interface WasmModule {
  readonly brand: unique symbol
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** Of whichever parameters the module calls it with. */
export type WasmFunction = (...args: never[]) => number

interface Wasm {
  compile(bytes: Uint8Array): Promise<WasmModule>
  Instance: new (
    module: WasmModule,
    imports: Readonly<Record<string, Readonly<Record<string, WasmFunction>>>>,
  ) => { exports: unknown }
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: Wasm }

export const compileWasm = (bytes: Uint8Array): Promise<WasmModule> => WebAssembly.compile(bytes)
export const instantiateWasm = (
  module: WasmModule,
  imports: Readonly<Record<string, WasmFunction>>,
): unknown => new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports }).exports
