import { isUniform, ranks } from '../../checks.ts'
import type { Shaped } from '../../entity.ts'

/** Receita Federal: the last two check all before them, with weights from 2 up from the right; letters count 17 and up. */
function isChecked(value: string, most: number): boolean {
  const worth = ranks(value).map((rank) => (rank < 10 ? rank : rank + 7))
  for (const last of [value.length - 2, value.length - 1]) {
    let sum = 0
    for (let i = 0; i < last; i++) sum += worth[i]! * (2 + ((last - 1 - i) % (most - 1)))
    const rest = sum % 11
    if (worth[last] !== (rest < 2 ? 0 : 11 - rest)) return false
  }
  return !isUniform(value)
}

const cpf: Shaped = {
  name: 'br_cpf',
  reason: 'a Brazilian CPF number',
  groups: ['br', 'identity', 'tax'],
  default: true,
  context: [
    'brazilian tax id',
    'brazilian tax number',
    'cpf',
    'cpf/mf',
    'cadastro de pessoa',
    'cadastro de pessoas',
    'pessoa física',
    'pessoas físicas',
  ],
  forms: [
    { shape: '\\d{3}\\.\\d{3}\\.\\d{3}[-/.]\\d{2}', bare: 'always', score: 0.9 },
    { shape: '\\d{11}|\\d{9}[- ]\\d{2}|\\d{3}[ -]\\d{3}[ -]\\d{3}[ -]\\d{2}', bare: 'named', score: 0.6 },
  ],
  check: (value) => isChecked(value, 12),
  checksum: true,
}

const cnpj: Shaped = {
  name: 'br_cnpj',
  reason: 'a Brazilian CNPJ number',
  groups: ['br', 'tax'],
  default: true,
  context: ['cnpj', 'cnpj/mf', 'cadastro nacional', 'pessoa jurídica', 'pessoas jurídicas'],
  forms: [
    { shape: '[a-z\\d]{2}\\.[a-z\\d]{3}\\.[a-z\\d]{3}/[a-z\\d]{4}-\\d{2}', bare: 'always', score: 0.9 },
    { shape: '\\d{14}|\\d{8}/?\\d{4}-?\\d{2}', bare: 'named', score: 0.6 },
    // Since July 2026 letters may stand in all places but the last two.
    { shape: '\\d{2}[a-z\\d]{10}\\d{2}', bare: 'named', score: 0.4 },
  ],
  check: (value) => isChecked(value, 9),
  checksum: true,
}

export const BR: readonly Shaped[] = [cpf, cnpj]
