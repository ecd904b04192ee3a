import { UTS39 } from './uts39.ts'

/**
 * Look-alikes of ASCII letters, digits and punctuation that NFKD leaves alone, besides those of UTS #39, which these overrule.
 * A character stands here in the case that looks alike; where only one case is listed the other follows by
 * lower-casing. Greek capitals that look unlike their small letters stand here themselves.
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'аαɑᴀⲁꓮᎪᗅɐ',
  b: 'вьβʙɓƀƃⲃꓐᏏᏼᗷҍ',
  c: 'сϲᴄƈȼςⲥꓚᏟᑕҫ',
  d: 'ԁɗđðᴅɖƌꓓᎠᏧᗪժ',
  e: 'еεєҽɛᴇǝəɇⲉꓰᎬᗴ℮',
  f: 'ƒꜰքꓝᖴϝғ',
  g: 'ɡցɢɠǥԍꓖᏀᏳ',
  h: 'һнհʜħɦՀΗⲏꓧᎻᏂᕼԋ',
  i: 'іιıɪɩɨӀᎥⲓꓲ',
  j: 'јϳյᴊɉȷꓙᎫᒍʝ',
  k: 'кκᴋƙқҡⲕꓗᏦĸ',
  l: 'ӏʟłƚɫɬɭլꓡᏞᒪ',
  m: 'мᴍɱΜⲙꓟᎷᗰ',
  n: 'пηոռɴɲɳƞŋΝⲛꓠᑎ',
  o: 'оοσօᴏøɵѳⲟꓳ',
  p: 'рρᴘƥþⲣꓑᏢᑭ',
  q: 'ԛզգɋʠꞯ',
  r: 'гʀɍɾɼᴦꓣᎡᏒᖇ',
  s: 'ѕꜱʂȿՏꓢᏕᏚᔕ',
  t: 'тτᴛŧƭʈեⲧꓔᎢ',
  u: 'υսμʊᴜʉꓴᑌ',
  v: 'νѵᴠʋʌꓦᏙᐯ',
  w: 'ѡԝшωաᴡɯⱳʍꓪᎳᏔᗯ',
  x: 'хχҳⲭꓫ᙭',
  y: 'уγүұʏƴɏΥⲩꓬᎩᎽ',
  z: 'ʐᴢƶȥɀζⲍꓜᏃᘔ',
  ss: 'ß',
  ae: 'æӕ',
  oe: 'œ',
  '0': '〇',
  '2': 'ƨᒿ',
  '3': 'зӡʒɜȝ',
  '4': 'Ꮞ',
  '5': 'ƽ',
  '6': 'бᏮ',
  '8': 'ȣ',
  '-': '‐‑‒–—―−⁃˗',
  '.': '。․',
  ',': '‚،',
  ':': '∶׃։',
  '/': '⁄∕⧸',
  "'": '‘’‛ʼʹʻ',
  '"': '“”‟',
  ' ': '\u1680\u2800',
  '\n': '\u0085\u2028\u2029',
}

/** Runs of letters or digits in alphabetical order: where the run begins, its length, its first ASCII character. */
const RUNS: readonly (readonly [start: number, length: number, first: string])[] = [
  [0x1f1e6, 26, 'a'], // regional indicators
  [0x1f150, 26, 'a'], // negative circled
  [0x1f170, 26, 'a'], // negative squared
  [0x2776, 9, '1'], // negative circled digits
  [0x2780, 9, '1'], // sans-serif circled digits
  [0x278a, 9, '1'], // negative sans-serif circled digits
  [0x24f5, 9, '1'], // double circled digits
  [0x24ff, 1, '0'], // negative circled zero
]

function build(): ReadonlyMap<number, string> {
  const table = new Map<number, string>()
  for (const [ascii, alikes] of UTS39) for (const alike of alikes) table.set(alike.codePointAt(0)!, ascii)
  for (const [ascii, alikes] of Object.entries(LOOK_ALIKES)) {
    for (const alike of alikes) {
      const point = alike.codePointAt(0)!
      table.set(point, ascii)
      // Small Cherokee letters are small capitals: they look like the capitals.
      if (point >= 0x13a0 && point <= 0x13ef) table.set(alike.toLowerCase().codePointAt(0)!, ascii)
    }
  }
  for (const [start, length, first] of RUNS) {
    for (let i = 0; i < length; i++) table.set(start + i, String.fromCharCode(first.charCodeAt(0) + i))
  }
  return table
}

/** Code point → the ASCII that it looks like. */
export const CONFUSABLES: ReadonlyMap<number, string> = build()
