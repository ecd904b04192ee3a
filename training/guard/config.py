"""What may be turned: sizes, shares, sources held out. Nothing here was fitted to an acceptance set."""

SEED = 7
MAX_TOKENS = 128
OVERLAP = 32
ROOM = MAX_TOKENS - 4  # [CLS], two tokens of the channel, [SEP]
MAX_CHARS = 6000
PREFIX = {"user": "user : ", "data": "document : "}

# Development by source: none of their rows trains.
HELD_SOURCES = {
    "neuralalchemy_db", "ogulcan_pif", "email_agent", "pallms", "giskard", "or_bench_sample", "hinglish_clean",
    "mtbench_vicuna", "enron_sample", "self_instruct", "noirfate", "self_reminder_jailbreaks", "compass_zh",
    "awesome_prompts_2026", "surge_toxicity", "jigsaw_sample",
}  # fmt: skip
# Development by carrier (or, where a text has none, by its file or its opening): this share of each source.
HELD_SHARE = 0.08

# How often a benign source is drawn in a pass (default 1); attacks are always drawn.
BENIGN_RATE = {
    "banking77": 0.35, "clinc150": 0.4, "cybermetric": 0.5, "xquad": 0.6, "wiki_sentences": 0.5, "gsm8k": 0.5,
    "sms_messages": 0.7, "belle_zh": 0.7, "product_reviews": 0.7,
}  # fmt: skip
TOXIC_RATE = {
    "identity_templates": 0.25, "edos_not_sexist": 0.6, "edos_sexist": 0.6, "toxic_spans": 0.6, "paradetox": 0.5,
    "toldbr": 0.35, "mlma": 0.35, "germeval2018": 0.6, "tweeteval_benign": 0.7, "benign_chat_docs": 0.8,
    "olid_train": 1.3, "hatexplain": 0.8, "davidson": 0.8,
}  # fmt: skip
