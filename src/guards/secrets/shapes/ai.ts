import { type Shape, shape } from './shape.ts'

/** OpenAI's own keys have this in their middle. */
const hasMark = (token: string): boolean => token.includes('T3BlbkFJ')

/** Models and what is built on them. */
export const AI: readonly Shape[] = [
  shape(
    'openai',
    'sk-proj- sk-svcacct- sk-admin- sk-none- sk-service-',
    /sk-(?:proj|svcacct|admin|None|service)-[A-Za-z0-9_-]{20,250}/,
    { proof: hasMark },
  ),
  shape('openai', 'sk-', /sk-[A-Za-z0-9]{20,64}/, { proof: hasMark }),
  shape('anthropic', 'sk-ant-', /sk-ant-(?:api|admin|sid|oat|ort)\d\d-[\w-]{80,120}/),
  shape('anthropic', 'sk-ant-', /sk-ant-[\w-]{24,200}/),
  shape('openrouter', 'sk-or-', /sk-or-(?:v1-)?[a-f0-9]{64}/),
  shape('langfuse', 'sk-lf-', /sk-lf-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/),
  shape('langsmith', 'lsv2_ ls__', /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}|ls__[a-f0-9]{32}/),
  shape('huggingface', 'hf_', /hf_(?:oauth_)?[A-Za-z0-9]{34,40}/),
  shape('huggingface', 'api_org_', /api_org_[A-Za-z0-9]{34}/),
  shape('groq', 'gsk_', /gsk_[A-Za-z0-9]{52}/),
  shape('perplexity', 'pplx-', /pplx-[A-Za-z0-9]{40,64}/),
  shape('xai', 'xai-', /xai-[A-Za-z0-9_-]{70,100}/),
  shape('replicate', 'r8_', /r8_[A-Za-z0-9]{37,40}/),
  shape('fireworks', 'fw_', /fw_[A-Za-z0-9]{22,40}/),
  shape('fireworks', 'fw_', /fw_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,60}/),
  shape('together', 'tgp_v1_', /tgp_v1_[\w-]{43}/),
  shape('cerebras', 'csk-', /csk-[a-z0-9]{40,60}/),
  shape('nvidia', 'nvapi-', /nvapi-[\w-]{60,80}/),
  shape('elevenlabs', 'sk_', /sk_[a-f0-9]{48}/),
  shape('pinecone', 'pcsk_', /pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{40,70}/),
  shape('voyage', 'pa-', /pa-[A-Za-z0-9_-]{43}/),
  shape('jina', 'jina_', /jina_[\w-]{55,70}/),
  shape('tavily', 'tvly-', /tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,48}/),
  shape('firecrawl', 'fc-', /fc-[a-f0-9]{32}/),
  shape('llamaindex', 'llx-', /llx-[A-Za-z0-9]{40,64}/),
  shape('wandb', 'wandb_v1_', /wandb_v1_[A-Za-z0-9_-]{40,120}/),
  shape('helicone', 'sk-helicone-', /sk-helicone-[a-z0-9-]{20,60}/),
  shape('friendli', 'flp_', /flp_[A-Za-z0-9]{44,48}/),
  shape('runpod', 'rpa_', /rpa_[A-Z0-9]{40,48}[a-z0-9]{0,8}/),
  shape('modal', 'ak- as-', /a[ks]-[A-Za-z0-9]{22}/),
  shape('e2b', 'e2b_', /e2b_[a-f0-9]{40}/),
  shape('apify', 'apify_api_', /apify_api_[A-Za-z0-9-]{36}/),
]
