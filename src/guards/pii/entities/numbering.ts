import { Metadata, type MetadataJson } from 'libphonenumber-js/core'
import metadata from 'libphonenumber-js/min/metadata'

/**
 * What the library's metadata says of a country's numbers, and its declarations leave out: numbering.test.ts holds both
 * together. What a country has none of is 0.
 */
interface Numbering {
  getCountryCodesForCallingCode(code: string): readonly string[] | undefined
  hasCallingCode(code: string): boolean
  selectNumberingPlan(countryOrCode: string): void
  numberingPlan: {
    callingCode(): string
    IDDPrefix(): string
    nationalNumberPattern(): string
    nationalPrefixForParsing(): string | 0 | undefined
    nationalPrefixTransformRule(): string | 0 | undefined
    leadingDigits(): string | 0 | undefined
    hasTypes(): boolean
    type(name: string): { pattern(): string | undefined } | undefined
    formats(): readonly {
      pattern(): string
      leadingDigitsPatterns(): readonly string[]
      nationalPrefixFormattingRule(): string | 0 | undefined
    }[]
  }
}

const open = (countryOrCode: string): Numbering => {
  const numbering = new Metadata(metadata as unknown as MetadataJson) as unknown as Numbering
  numbering.selectNumberingPlan(countryOrCode)
  return numbering
}

const TYPES =
  'FIXED_LINE MOBILE PREMIUM_RATE TOLL_FREE SHARED_COST VOIP PERSONAL_NUMBER PAGER UAN VOICEMAIL'.split(' ')

/** Every pattern compiled once: the library compiles each anew for every number, and there are megabytes of numbers. */
interface Plan {
  code: string
  /** Whole national numbers of all countries that share the calling code. */
  national: RegExp
  /** A trunk's prefix, and what takes its place. */
  trunk: RegExp | undefined
  transform: string | undefined
  /** Dialled before another country's code. */
  abroad: RegExp
  formats: { leading: RegExp | undefined; whole: RegExp; zero: boolean }[]
}

function country(countryOrCode: string, led: boolean): string {
  const { numberingPlan: plan } = open(countryOrCode)
  const types = TYPES.flatMap((name) => (plan.hasTypes() && plan.type(name)?.pattern()) || [])
  const lead = led && plan.leadingDigits()
  const whole =
    types.length > 0
      ? `(?=(?:${plan.nationalNumberPattern()})$)(?:${types.join('|')})`
      : plan.nationalNumberPattern()
  return `(?:${lead ? `(?=${lead})` : ''}(?:${whole})$)`
}

function plan(countryOrCode: string): Plan {
  const numbering = open(countryOrCode)
  const { numberingPlan: own } = numbering
  const code = own.callingCode()
  const prefix = own.nationalPrefixForParsing()
  const sharing = (numbering.getCountryCodesForCallingCode(code) ?? []).filter((one) => one !== '001')
  // Digits that lead to one of them are its alone; what leads to none is the country's own.
  const leads = sharing.flatMap((one) => open(one).numberingPlan.leadingDigits() || [])
  const elsewhere = leads.length > 0 ? `(?!${leads.join('|')})` : ''
  const wholes = [`${elsewhere}${country(countryOrCode, false)}`, ...sharing.map((one) => country(one, true))]
  return {
    code,
    national: new RegExp(`^(?:${[...new Set(wholes)].join('|')})`),
    trunk: prefix ? new RegExp(`^(?:${prefix})`) : undefined,
    transform: own.nationalPrefixTransformRule() || undefined,
    abroad: new RegExp(`^(?:${own.IDDPrefix()})(?=[1-9])`),
    formats: own.formats().map((format) => {
      const leading = format.leadingDigitsPatterns().at(-1)
      return {
        leading: leading === undefined ? undefined : new RegExp(`^(?:${leading})`),
        whole: new RegExp(`^(?:${format.pattern()})$`),
        zero: /^\(?0/.test(format.nationalPrefixFormattingRule() || ''),
      }
    }),
  }
}

/** By country or calling code: no more than there are of them. */
const plans = new Map<string, Plan>()
function planOf(countryOrCode: string): Plan {
  const known = plans.get(countryOrCode) ?? plan(countryOrCode)
  plans.set(countryOrCode, known)
  return known
}
const CODES = open('US')

/** The national number in it, with a trunk's prefix before it or without. */
function significant({ national, trunk, transform }: Plan, digits: string): string | undefined {
  const prefix = trunk?.exec(digits)
  if (prefix) {
    const last = prefix.length > 1 ? prefix.at(-1) : undefined
    const rest = transform && last ? digits.replace(trunk!, transform) : digits.slice(prefix[0].length)
    if (national.test(rest)) return rest
  }
  return national.test(digits) ? digits : undefined
}

/** Whether digits, the calling code first, are a number that can be given out (ITU-T E.164). */
export function isInternational(digits: string): boolean {
  if (digits.startsWith('0')) return false
  for (let size = 1; size <= 3; size++) {
    const code = digits.slice(0, size)
    if (CODES.hasCallingCode(code)) return significant(planOf(code), digits.slice(size)) !== undefined
  }
  return false
}

/**
 * Whether digits are a number that can be given out, as a region dials it: where its numbers are written with a trunk's 0,
 * one without it is a local one, or none.
 */
export function isNational(digits: string, region: string): boolean {
  const plan = planOf(region)
  const abroad = plan.abroad.exec(digits)
  if (abroad) return digits.startsWith('0') && isInternational(digits.slice(abroad[0].length))
  const number =
    significant(plan, digits) ??
    (digits.startsWith(plan.code)
      ? significant(planOf(plan.code), digits.slice(plan.code.length))
      : undefined)
  if (number === undefined || digits.startsWith('0')) return number !== undefined
  const format = plan.formats.find(
    ({ leading, whole }) => (leading === undefined || leading.test(number)) && whole.test(number),
  )
  return !(format?.zero ?? false) && !number.startsWith('0')
}
