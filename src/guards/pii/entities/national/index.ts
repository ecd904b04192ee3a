import type { Entity } from '../../entity.ts'
import { AU } from './au.ts'
import { BE } from './be.ts'
import { BR } from './br.ts'
import { CA } from './ca.ts'
import { DE } from './de.ts'
import { ES } from './es.ts'
import { EU } from './eu.ts'
import { FI } from './fi.ts'
import { FR } from './fr.ts'
import { GB } from './gb.ts'
import { IN } from './in.ts'
import { IT } from './it.ts'
import { JP } from './jp.ts'
import { KR } from './kr.ts'
import { NG } from './ng.ts'
import { NL } from './nl.ts'
import { PH } from './ph.ts'
import { PL } from './pl.ts'
import { SE } from './se.ts'
import { SG } from './sg.ts'
import { TH } from './th.ts'
import { TR } from './tr.ts'
import { US } from './us.ts'
import { ZA } from './za.ts'

/** What states give to people, firms and vehicles. */
export const NATIONAL: readonly Entity[] = [
  ...US,
  ...GB,
  ...CA,
  ...AU,
  ...DE,
  ...EU,
  ...FR,
  ...ES,
  ...IT,
  ...PL,
  ...FI,
  ...SE,
  ...NL,
  ...BE,
  ...IN,
  ...SG,
  ...KR,
  ...JP,
  ...TH,
  ...TR,
  ...PH,
  ...NG,
  ...BR,
  ...ZA,
]
