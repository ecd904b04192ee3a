import fc from 'fast-check'
import {
  type CountryCode,
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min'
import { describe, expect, it } from 'vitest'
import { isInternational, isNational } from './numbering.ts'

/** What the library says, by its public interface. */
function valid(written: string, region?: CountryCode): boolean {
  const number = parsePhoneNumberFromString(written, {
    extract: false,
    ...(region !== undefined && { defaultCountry: region }),
  })
  if (number === undefined || !number.isValid()) return false
  return region === undefined || written.startsWith('0') || !/^\(?0/.test(number.formatNational())
}

const REGIONS = ['US', 'GB', 'DE', 'FR', 'IT', 'ES', 'NL', 'IN', 'JP', 'BR', 'AU', 'CA', 'PL', 'SE'] as const
const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 4, maxLength: 14 })

describe('numbering', () => {
  it('takes for numbers of a region what the library takes for them', () => {
    const national = fc.tuple(
      fc.constantFrom(...REGIONS),
      fc.constantFrom('', '0', '1', '7', '49', '44'),
      digits,
    )
    fc.assert(
      fc.property(national, ([region, head, tail]) => {
        const number = head + tail
        fc.pre(number.length >= 7 && number.length <= 15 && !number.startsWith('00'))
        expect([number, region, isNational(number, region)]).toEqual([number, region, valid(number, region)])
      }),
      { numRuns: 3000 },
    )
  })

  it('takes for numbers of the world what the library takes for them', () => {
    const codes = [...new Set(getCountries().map((one) => String(getCountryCallingCode(one))))]
    fc.assert(
      fc.property(fc.constantFrom(...codes, '800', '999', '0'), digits, (code, tail) => {
        const number = code + tail
        fc.pre(number.length >= 7 && number.length <= 15)
        expect([number, isInternational(number)]).toEqual([number, valid(`+${number}`)])
      }),
      { numRuns: 3000 },
    )
  })
})
