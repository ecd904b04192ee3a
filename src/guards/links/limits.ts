/** An address of more characters is a finding. */
export const MAX_URL = 2048
/** Of what stands between the brackets of a Markdown link; of a longer one the beginning is not known. */
export const MAX_LABEL = 512
/** Of what stands between its parentheses: an address and a title. */
export const MAX_TARGET = MAX_URL + 256
export const MAX_TAG = 4096
