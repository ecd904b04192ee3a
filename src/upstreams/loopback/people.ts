/** Numbers that card networks publish for testing: they pass every check and belong to nobody. */
const CARDS = [
  '4111 1111 1111 1111',
  '5555 5555 5555 4444',
  '3782 822463 10005',
  '6011 1111 1111 1117',
  '4242 4242 4242 4242',
] as const
const FIRST = ['Ada', 'Bela', 'Cara', 'Dion', 'Edda', 'Finn', 'Gita'] as const
const LAST = ['Archer', 'Brook', 'Carter', 'Draper'] as const

/** A customer who does not exist, always the same one for the same request. */
export function record(asked: string, choice: number): string {
  let seed = choice
  for (let at = 0; at < asked.length; at++) seed = (seed * 31 + asked.charCodeAt(at)) >>> 0
  const first = FIRST[seed % FIRST.length] ?? FIRST[0]
  const last = LAST[seed % LAST.length] ?? LAST[0]
  const card = CARDS[seed % CARDS.length] ?? CARDS[0]
  const mail = `${first}.${last}@example.com`.toLowerCase()
  return `Customer record: ${first} ${last}, email ${mail}, card ${card}.`
}
