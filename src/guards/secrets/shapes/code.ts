import { endsInBase36, endsInBase62 } from '../checksums.ts'
import { type Shape, shape } from './shape.ts'

const HEX = '[0-9a-f]'
const uuid = `${HEX}{8}-${HEX}{4}-${HEX}{4}-${HEX}{4}-${HEX}{12}`
const gitlab = 'gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct|feed|wt)-'

/** Where source is kept, built, published and watched. */
export const CODE: readonly Shape[] = [
  shape('github', 'ghp_ gho_ ghu_ ghs_ ghr_', /gh[pousr]_[A-Za-z0-9]{36,251}/, { proof: endsInBase62 }),
  shape('github', 'github_pat_', /github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}/, { proof: endsInBase62 }),
  shape(
    'gitlab',
    'glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- gloas- glsoat- glffct- glwt-',
    new RegExp(`${gitlab}[\\w-]{27,300}\\.[0-9a-z]{2}\\.?[0-9a-z]{7,9}`),
    { proof: endsInBase36 },
  ),
  shape(
    'gitlab',
    'glpat- gldt- glrt- glrtr- glcbt- glptt- glft- glimt- glagent- gloas- glsoat- glffct- glwt-',
    new RegExp(`${gitlab}[\\w-]{20,128}`),
  ),
  shape('gitlab', 'gr1348941', /GR1348941[\w-]{20}/),
  shape('gitlab', '_gitlab_session=', /_gitlab_session=[0-9a-f]{32}/, { lead: 16 }),
  shape('bitbucket', 'atbb', /ATBB[A-Za-z0-9]{32}/),
  shape('bitbucket', 'atctt3', /ATCTT3xFfG[\w=-]{60,300}/),
  shape('atlassian', 'atatt3', /ATATT3[\w=-]{60,300}/),
  shape('atlassian', 'atoap', /ATOA[\w-]{60,200}/),
  shape('npm', 'npm_', /npm_[A-Za-z0-9]{36}/, { proof: endsInBase62 }),
  shape(
    'pypi',
    'pypi-ageichlwas5vcmc pypi-agendgvzdc5wexbplm9yz',
    /pypi-AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZ)[\w-]{50,1000}/,
  ),
  shape('rubygems', 'rubygems_', /rubygems_[a-f0-9]{48}/),
  shape('nuget', 'oy2', /oy2[a-z0-9]{43}/),
  shape('crates', 'cio', /cio[A-Za-z0-9]{32}/),
  shape('clojars', 'clojars_', /CLOJARS_[a-z0-9]{60}/i),
  shape('packagist', 'packagist_', /packagist_[a-z]{2,6}_[a-f0-9]{68}/),
  shape('docker', 'dckr_pat_ dckr_oat_', /dckr_[po]at_[\w-]{27,40}/),
  shape('jfrog', 'akcp', /AKCp[A-Za-z0-9]{69}/),
  shape('jfrog', 'cmvmd', /cmVmd[A-Za-z0-9]{59}/),
  shape('cloudsmith', 'csa_', /csa_[a-f0-9]{40}/),
  shape('circleci', 'ccipat_ ccipra_ ccip', /CCIP(?:AT|RJ|RA)_[A-Za-z0-9]{22}_[a-f0-9]{40}/i),
  shape('buildkite', 'bkua_ bkaj_ bkct_', /bk(?:ua|aj|ct)_[A-Za-z0-9]{40,64}/),
  shape('sonar', 'sqp_ squ_ sqa_', /sq[pua]_[a-f0-9]{40}/),
  shape('sourcegraph', 'sgp_', /sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}/),
  shape('sourcegraph', 'slk_', /slk_[a-f0-9]{64}/),
  shape('octopus', 'api-', /API-[A-Z0-9]{25,32}/),
  shape('snyk', 'snyk_', /snyk_(?:uat|sat)\.[a-z0-9]{8}\.[\w.-]{40,1500}/),
  shape('gitguardian', 'ggtt-', /ggtt-[a-z]-[a-z0-9]{20,60}/),
  shape('infracost', 'ico-', /ico-[A-Za-z0-9]{32}/),
  shape('postman', 'pmak-', /PMAK-[a-f0-9]{24}-[a-f0-9]{34}/i),
  shape('readme', 'rdme_', /rdme_[a-z0-9]{70}/),
  shape('launchdarkly', 'api- sdk- mob-', new RegExp(`(?:api|sdk|mob)-${uuid}`)),
  shape('statsig', 'secret- console-', /(?:secret|console)-[A-Za-z0-9]{42,45}/),
  shape(
    'growthbook',
    'secret_admin_ secret_readonly_ secret_user_',
    /secret_(?:admin|readonly|user)_[A-Za-z0-9]{22,48}/,
  ),
  shape('stytch', 'secret-live- secret-test-', /secret-(?:live|test)-[\w-]{35}=/),
  shape('clerk', 'sk_live_ sk_test_', /sk_(?:live|test)_[A-Za-z0-9]{42}/),
]
