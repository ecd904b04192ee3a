/** The package brings no types. */
declare module 'commonmark' {
  export class Parser {
    parse(text: string): unknown
  }
  export class HtmlRenderer {
    constructor(options?: { safe?: boolean })
    render(document: unknown): string
  }
}
