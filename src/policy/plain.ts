/** Read alike by YAML 1.1 and 1.2: decimal integers, fractions with a signed exponent or none. */
const NUMBER = /^[-+]?(?:0|[1-9][0-9]*)$|^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?$/

/** YAML 1.1 makes a boolean of them, YAML 1.2 a text. */
const SWITCH = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/

/** Numbers, dates and marks to at least one of the two, and not the same to the other. */
const DIFFERS = [
  /^[-+]?0b[01_]+$/, // 1.1: binary
  /^[-+]?0o[0-7_]+$/, // 1.2: octal
  /^[-+]0x[0-9a-fA-F_]+$/, // 1.1: hexadecimal may have a sign
  /^0x[0-9a-fA-F]*_[0-9a-fA-F_]*$/,
  /^[-+]?[0-9][0-9_]*$/, // 1.1: 010 is octal, 1_000 is a thousand
  /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/, // 1.2: 1e3 is a thousand
  /^[-+]?[0-9][0-9_]*\.[0-9_]*$/, // 1.1: underscores
  /^[-+]?\.[0-9_]+(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/, // 1.1: 1:30 is ninety
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?$/, // 1.1: a date
  /^(?:<<|=)$/, // 1.1: merge these fields; the default value
]

/**
 * Why a plain scalar has to be quoted, if it has to: YAML 1.1 (https://yaml.org/type/) and YAML 1.2 (core schema) read
 * it differently, so the same file would mean one thing here and another in a tool of the cluster.
 */
export function ambiguity(source: string): string | undefined {
  const differ = 'is not the same to YAML 1.1 and YAML 1.2'
  if (SWITCH.test(source)) return `"${source}" ${differ}: put it in quotes, or write true or false`
  if (NUMBER.test(source) || !DIFFERS.some((form) => form.test(source))) return undefined
  return `"${source}" ${differ}: put it in quotes, or write a plain decimal number`
}
