import { type Shape, shape } from './shape.ts'

/** So that English has few of them. */
const hex = (prefix: string): string => [...'0123456789abcdef'].map((digit) => prefix + digit).join(' ')

/** Messages, mail, webhooks, and where people write and plan. */
export const PEOPLE: readonly Shape[] = [
  shape(
    'slack',
    'xoxb- xoxp- xoxa- xoxr- xoxo- xoxs- xoxc- xoxd- xoxe-',
    /xox[abcdeoprs]-(?:\d-)?[A-Za-z0-9%/+-]{16,255}/,
  ),
  shape('slack', 'xoxe.xox', /xoxe\.xox[bp]-\d-[A-Za-z0-9]{100,200}/),
  shape('slack', 'xapp-', /xapp-\d-[A-Z0-9]{6,20}-\d{6,20}-[a-z0-9]{30,80}/i),
  shape('slack', 'xwfp-', /xwfp-\d{6,20}-\d{6,20}-[A-Za-z0-9-]{20,100}/),
  shape(
    'slack',
    'hooks.slack.com/',
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{30,90}/,
  ),
  shape(
    'teams',
    'webhook.office.com/',
    /webhook\.office\.com\/webhookb2\/[0-9a-f-]{36}@[0-9a-f-]{36}\/IncomingWebhook\/[a-z0-9]{32}\/[0-9a-f-]{36}(?:\/[\w-]{1,80})?/i,
  ),
  shape(
    'discord',
    'discord.com/api/webhooks/ discordapp.com/api/webhooks/',
    /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,80}/,
  ),
  shape('discord', 'mfa.', /mfa\.[\w-]{80,95}/),
  shape('telegram', ':aa', /\d{8,10}:AA[\w-]{32,33}/, { back: 10 }),
  shape('zapier', 'hooks.zapier.com/', /hooks\.zapier\.com\/hooks\/catch\/\d{4,10}\/[a-z0-9]{5,12}/),
  shape('sendgrid', 'sg.', /SG\.[\w-]{16,32}\.[\w-]{30,64}/),
  shape('mailgun', 'key-', /key-[a-f0-9]{32}/),
  shape('mailchimp', '-us', /[a-f0-9]{32}-us\d{1,2}/, { back: 32 }),
  shape('mandrill', 'md-', /md-[\w-]{22}/),
  shape('brevo', 'xkeysib- xsmtpsib-', /x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}/),
  shape('resend', 're_', /re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,28}/),
  shape('mailersend', 'mlsn.', /mlsn\.[a-f0-9]{64}/),
  shape('twilio', hex('sk'), /SK[0-9a-f]{32}/),
  // An account, which is half of what gives access.
  shape('twilio', hex('ac'), /AC[0-9a-f]{32}/),
  shape('messagebird', 'live_', /live_[A-Za-z0-9]{25}/),
  shape('notion', 'ntn_', /ntn_[0-9]{11}[A-Za-z0-9]{35}/),
  shape('notion', 'secret_', /secret_[A-Za-z0-9]{43}/),
  shape('linear', 'lin_api_ lin_oauth_ lin_wh_', /lin_(?:api|oauth|wh)_[A-Za-z0-9]{32,64}/),
  shape('asana', '1/ 2/ 0/', /[012]\/\d{13,19}(?:\/\d{13,19})?:[a-f0-9]{32}/),
  shape('figma', 'figd_ figu_ figo_', /fig[duo]h?_[\w-]{40,64}/),
  shape('airtable', 'pat', /pat[A-Za-z0-9]{14}\.[a-f0-9]{64}/),
  shape('typeform', 'tfp_', /tfp_[\w.=-]{44,70}/),
  shape('contentful', 'cfpat-', /CFPAT-[\w-]{43}/),
  shape('intercom', 'dg9roj', /dG9rOj[A-Za-z0-9+/]{40,80}={0,2}/),
  shape(
    'hubspot',
    'pat-na pat-eu pat-ap',
    /pat-(?:na|eu|ap)\d-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i,
  ),
  shape('salesforce', '00d', /00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{80,120}/),
  shape('salesforce', '5aep', /5Aep861[A-Za-z0-9._]{70,120}/),
  shape('frameio', 'fio-u-', /fio-u-[\w=-]{64}/),
  shape('dropbox', 'sl.', /sl\.(?:u\.)?[\w=-]{130,1500}/),
  shape('clickup', 'pk_', /pk_\d{5,10}_[A-Z0-9]{32}/),
  shape('calcom', 'cal_live_', /cal_live_[a-f0-9]{32}/),
  shape(
    'ifttt',
    'maker.ifttt.com/',
    /maker\.ifttt\.com\/trigger\/[\w-]{1,60}\/(?:json\/)?with\/key\/[\w-]{20,60}/,
  ),
]
