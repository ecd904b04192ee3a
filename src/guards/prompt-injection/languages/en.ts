import type { Language } from '../types.ts'
import { extraction } from './en/extraction.ts'
import { orders } from './en/orders.ts'
import { overrides } from './en/overrides.ts'
import { personas } from './en/personas.ts'

export const en: Language = {
  sets: {
    lead: 'safely fully freely you re please pls now and then so just also you must should shall will i instead first immediately completely simply kindly but therefore to or can could would always only next task instruction order finally ok okay hey hi hello lets let s assistant chatgpt gpt ai bot important attention again still hereby afterwards actually henceforth stop wait never',
    next: 'and then now but instead just please say print write output start begin answer respond tell give do',
    not: 'not t never dont without cannot avoid refuse refuses neither nor prevent prevents preventing won wouldn',
    mention:
      'mean means meaning phrase phrases word words term terms example examples explain attack attacks attacker attackers injection injections jailbreak jailbreaks jailbreaking detect detects detecting detection defend defending protect prevents filter filters filtering called why definition define paper article blog research researchers explained vulnerability vulnerabilities technique techniques mitigation mitigations such difference discuss how',
    other:
      'user users anyone anybody someone somebody they people person input inputs attacker attackers prompts message messages he she that which text texts document documents website content customer customers if',
    asking:
      'asks ask asked asking tells tell told tries try trying attempt attempts attempting requests requesting wants instructs instructing causes cause causing makes make making trick tricks tricked tricking convince convinces convincing manipulate manipulates designed says say saying demands urges claims seeks gets contain contains containing',
    fill: 'all any of about the these those this that your our every each and or other single given system user ai following entire whole such its initial original existing current always now to completely totally just both safety security ethical moral content previous prior above previously already earlier preceding foregoing pre past set existing you were have been pls please in from most developer openai default written me us',
    drop: 'ignore ignoring disregard disregarding forget forgetting override overrule overwrite overlook neglect dismiss discard abandon nullify unlearn cancel erase delete void bypass skip ingore ignor ignroe disreguard discount ignored neglecting igmre gnore igonre inore ingnore',
    prior:
      'previous prior above preceding earlier foregoing former past initial original existing previously before old precedent aforementioned previuos prevoius pervious preceeding first last',
    orders:
      'instruction instructions instrcutions instuctions intructions instrutions prompt prompts rule rules guideline guidelines direction directions directive directives command commands order orders programming training constraints constraint restriction restrictions protocol protocols policies limitations safeguards guardrails parameters restraints guidance',
    talk: 'context conversation conversations text texts content contents task tasks assignment assignments statement statements sentence sentences information input inputs message messages chat discussion words question questions data output outputs request requests',
    reveal:
      'repeat print reveal output show display tell give share expose leak disclose dump recite write state list provide paste copy type echo return spell translate summarize summarise paraphrase rephrase encode describe say send convert retrieve extract relay report regurgitate divulge read render respond reply answer revael',
    repeat:
      'repeat print output recite echo copy display dump spell type reprint regurgitate rewrite reproduce restate paste return show reveal leak retype',
    secrets:
      'prompt prompts instruction instructions directives directive guidelines rules rule programming configuration config preprompt message messages settings command commands orders policies',
    deep: 'system initial original hidden secret internal exact underlying initialization starting base core confidential pre developer foundational first full entire complete verbatim',
    free: 'unrestricted unfiltered uncensored amoral unethical jailbroken unmoderated limitless lawless',
    limits:
      'restriction restrictions limits limit limitation limitations filter filters censorship guidelines guideline morals moral morality ethics ethical boundaries rules constraints safeguards restraints policies guardrails moderation filtering',
    is: 'are re be become act pretend roleplay imagine simulate playing play embody becoming acting as being',
    model:
      'assistant ai bot chatbot model llm gpt chatgpt claude gemini llama agent translator system copilot bard',
    bad: 'illegal unethical immoral amoral harmful dangerous offensive inappropriate unlawful controversial explicit',
  },
  rules: [...overrides, ...extraction, ...personas, ...orders],
}
