/** A terminal obeys what it is shown: what could move its cursor or hide is written out. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udfff]/g,
    (hidden) => `\\u{${hidden.codePointAt(0)!.toString(16)}}`,
  )
}
