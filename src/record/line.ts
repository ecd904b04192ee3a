import type { ExchangeRecord } from '../core/record.ts'

/**
 * A record as a line of JSON; `kind` is `exchange`, the rest is the record.
 *
 * Written out field by field: `JSON.stringify` looks up every name of every record, at several times the cost.
 */
export function recordLine(entry: ExchangeRecord): string {
  const { bytes, findings, looks } = entry
  let line = `{"kind":"exchange","exchange":${quoted(entry.exchange)},"time":"${entry.time}"`
  line += `,"duration":${ms(entry.duration)},"method":${quoted(entry.method)},"path":${quoted(entry.path)}`
  line +=
    text(',"remote":', entry.remote) + text(',"subject":', entry.subject) + text(',"tenant":', entry.tenant)
  line += text(',"boundary":', entry.boundary) + text(',"boundaryVersion":', entry.boundaryVersion)
  if (entry.shadow) line += ',"shadow":true'
  line += text(',"upstream":', entry.upstream) + text(',"model":', entry.model)
  if (entry.stream !== undefined) line += entry.stream ? ',"stream":true' : ',"stream":false'
  line += `,"verdict":"${entry.verdict}","findings":${findings.length === 0 ? '[]' : JSON.stringify(findings)}`
  if (entry.findingsOmitted !== undefined) line += `,"findingsOmitted":${entry.findingsOmitted}`
  line += `,"status":${entry.status}${text(',"code":', entry.code)},"ended":"${entry.ended}"`
  line += `,"timings":${timings(entry.timings)}`
  if (entry.upstreamHeaders !== undefined) line += `,"upstreamHeaders":${ms(entry.upstreamHeaders)}`
  if (entry.firstByte !== undefined) line += `,"firstByte":${ms(entry.firstByte)}`
  if (entry.usage !== undefined) line += `,"usage":${JSON.stringify(entry.usage)}`
  line += `,"bytes":{"requestIn":${bytes.requestIn},"requestOut":${bytes.requestOut}`
  line += `,"answerIn":${bytes.answerIn},"answerOut":${bytes.answerOut}}`
  if (looks !== undefined) line += `,"looks":{"remembered":${looks.remembered},"all":${looks.all}}`
  return `${line}}\n`
}

// What JSON must escape, and half surrogate pairs, which it should.
const SPECIAL = /["\\\u0000-\u001f\ud800-\udfff]/

function quoted(value: string): string {
  return SPECIAL.test(value) ? JSON.stringify(value) : `"${value}"`
}

function text(name: string, value: string | undefined): string {
  return value === undefined ? '' : name + quoted(value)
}

function timings(of: ExchangeRecord['timings']): string {
  let all = ''
  for (const name in of) all += `${all === '' ? '{' : ','}${quoted(name)}:${ms(of[name]!)}`
  return all === '' ? '{}' : `${all}}`
}

/** Nothing is measured more finely than to the microsecond. */
function ms(value: number): number {
  return Math.round(value * 1000) / 1000
}
