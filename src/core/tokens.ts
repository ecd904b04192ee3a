/** About how many tokens a text has: in English one is some four letters; others take more bytes for a letter, and more tokens. */
export const tokensIn = (bytes: number): number => Math.ceil(bytes / 4)
