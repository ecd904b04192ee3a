import type { Shaped } from '../../entity.ts'

/** As the Commission's VIES takes them; Germany, France and Italy have entities of their own. */
const SHAPES = [
  'atu\\d{8}',
  'be ?[01]\\d{3}[ .]?\\d{3}[ .]?\\d{3}',
  'bg\\d{9,10}',
  'cy\\d{8}[a-z]',
  'cz\\d{8,10}',
  'dk ?\\d{2} ?\\d{2} ?\\d{2} ?\\d{2}',
  '(ee|el|gb|pt) ?\\d{9}',
  'es[a-z\\d]\\d{7}[a-z\\d]',
  '(fi|hu|lu|mt|si)\\d{8}',
  '(hr|lv)\\d{11}',
  'ie\\d{7}[a-w][a-i]?',
  'lt\\d{9}|lt\\d{12}',
  'nl ?\\d{9}b\\d{2}|nl\\d{4}\\.\\d{2}\\.\\d{3}\\.b\\.?\\d{2}',
  '(pl|sk) ?\\d{10}',
  'ro\\d{6,10}',
  'se ?\\d{10}01',
].join('|')

const vatId: Shaped = {
  name: 'eu_vat_id',
  reason: 'a European VAT identification number',
  groups: ['eu', 'gb', 'uk', 'tax'],
  default: true,
  context: [
    'vat',
    'vat id',
    'vat no',
    'vat number',
    'vat registration',
    'uid',
    'ust id',
    'btw',
    'btw nummer',
    'tva',
    'iva',
    'nif',
    'nip',
    'moms',
    'momsnummer',
    'alv',
    'alv numero',
    'dič',
    'áfa',
    'pdv',
    'oib',
    'фпа',
    'αφμ',
  ],
  forms: [{ shape: SHAPES, bare: 'named', score: 0.5 }],
}

export const EU: readonly Shaped[] = [vatId]
