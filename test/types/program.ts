import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  skipLibCheck: true,
  noEmit: true,
}

// Declarations are megabytes: each file is parsed once, whatever is asked of it.
const parsed = new Map<string, ts.SourceFile | undefined>()
const written = new Map<string, string>()
const host = ts.createCompilerHost(OPTIONS)
const { getSourceFile, fileExists, readFile } = host
host.fileExists = (name) => written.has(name) || fileExists(name)
host.readFile = (name) => written.get(name) ?? readFile(name)
host.getSourceFile = (name, options) => {
  if (!parsed.has(name)) parsed.set(name, getSourceFile.call(host, name, options))
  return parsed.get(name)
}
let program: ts.Program | undefined

/** A module that exists in the compiler alone, and how others import it. */
export function write(name: string, source: string): string {
  written.set(HERE + name, source)
  return `./${name}`
}

/** What the compiler has to say against a module that was written. */
export function complaints(name: string): string[] {
  const file = HERE + name
  const made = programOf(file)
  const source = made.getSourceFile(file)!
  return [...made.getSyntacticDiagnostics(source), ...made.getSemanticDiagnostics(source)].map(
    ({ start = 0, messageText }) => {
      const line = source.getLineAndCharacterOfPosition(start).line + 1
      return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    },
  )
}

/** A type that a module exports. */
export function exported(module: string, name: string): { checker: ts.TypeChecker; type: ts.Type } {
  const from = `${HERE}from.ts`
  const format = ts.ModuleKind.ESNext
  const found = ts.resolveModuleName(module, from, OPTIONS, host, undefined, undefined, format)
  const file = found.resolvedModule?.resolvedFileName
  if (file === undefined) throw new Error(`there is no module ${module}`)
  const made = programOf(file)
  const checker = made.getTypeChecker()
  const symbol = checker.getSymbolAtLocation(made.getSourceFile(file)!)
  const named = symbol && checker.getExportsOfModule(symbol).find((each) => each.name === name)
  if (named === undefined) throw new Error(`${module} exports no ${name}`)
  const alias = (named.flags & ts.SymbolFlags.Alias) !== 0
  return { checker, type: checker.getDeclaredTypeOfSymbol(alias ? checker.getAliasedSymbol(named) : named) }
}

/** One program for all that is asked: it grows by the files that it does not know yet. */
function programOf(file: string): ts.Program {
  if (program?.getSourceFile(file) === undefined) {
    const rootNames = [...(program?.getRootFileNames() ?? []), file]
    program = ts.createProgram({ rootNames, options: OPTIONS, host, ...(program && { oldProgram: program }) })
  }
  return program
}
