import type { Entity } from '../entity.ts'
import { bic, iban, usAbaRouting } from './bank.ts'
import { dateOfBirth, easternDateOfBirth } from './birth.ts'
import { creditCard } from './card.ts'
import { crypto } from './crypto.ts'
import { coordinates, imei, vin } from './device.ts'
import { email } from './email.ts'
import { NATIONAL } from './national/index.ts'
import { ipAddress, macAddress } from './network.ts'
import { personName, streetAddress } from './person.ts'
import { phone } from './phone.ts'
import { urlCredentials } from './url.ts'

/** Every entity that a policy can name. Where proof, length and score are alike, the first one stands. */
export const ENTITIES: readonly Entity[] = [
  creditCard,
  iban,
  bic,
  usAbaRouting,
  crypto,
  email,
  phone,
  streetAddress,
  personName,
  dateOfBirth,
  easternDateOfBirth,
  ipAddress,
  macAddress,
  urlCredentials,
  coordinates,
  imei,
  vin,
  ...NATIONAL,
]
