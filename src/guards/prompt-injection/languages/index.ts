import type { Language } from '../types.ts'
import { en } from './en.ts'

/** By ISO 639-1. */
export const LANGUAGES: Readonly<Record<string, Language>> = { en }
