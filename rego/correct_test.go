package main

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

const snippet = `package llm_guardrails
context_limit: 3200
violation_check {
  input.context_payload.token_count > context_limit
  msg := "Context payload exceeds safe token limit. Truncation required."
}
`

const corrected = `package llm_guardrails

context_limit := 3200

deny contains msg if {
	input.context_payload.token_count > context_limit
	msg := "Context payload exceeds safe token limit. Truncation required."
}
`

func TestCorrectSnippet(t *testing.T) {
	got, ok := correct("p.rego", snippet, testSchema(t))
	if !ok || got != corrected {
		t.Errorf("%v\n%s", ok, got)
	}
	_, err := ast.ParseModuleWithOpts("p.rego", snippet, ast.ParserOptions{RegoVersion: ast.RegoV1})
	p := offer(problemsOf(err)[0], snippet, testSchema(t))
	if p.File != "p.rego" || p.Row != 2 || p.Col != 14 || !strings.HasSuffix(p.Message, "\n\n"+corrected) {
		t.Error(p)
	}
	// What is right stays as it is.
	if got, ok := correct("p.rego", corrected, testSchema(t)); ok {
		t.Error(got)
	}
	// Without a schema the field may be of any type.
	got, ok = correct("p.rego", snippet, nil)
	if want := strings.Replace(corrected, "\tinput", "\tis_number(input.context_payload.token_count)\n\tinput", 1); !ok || got != want {
		t.Errorf("%v\n%s", ok, got)
	}
}

func TestCorrectVariants(t *testing.T) {
	body := "\n  input.context_payload.token_count > context_limit\n  msg := \"Context payload exceeds safe token limit. Truncation required.\"\n}\n"
	for name, source := range map[string]string{
		"equals":            "package llm_guardrails\ncontext_limit = 3200\nviolation_check {" + body,
		"assigned":          "package llm_guardrails\ncontext_limit := 3200\nviolation_check {" + body,
		"message unified":   strings.Replace(snippet, "msg :=", "msg =", 1),
		"message in head":   "package llm_guardrails\ncontext_limit: 3200\nviolation_check[msg] {" + body,
		"deny in head":      "package llm_guardrails\ncontext_limit: 3200\ndeny[msg] {" + body,
		"violation":         "package llm_guardrails\ncontext_limit: 3200\nviolation[msg] {" + body,
		"deny":              "package llm_guardrails\ncontext_limit: 3200\ndeny {" + body,
		"deny with default": "package llm_guardrails\ncontext_limit: 3200\ndefault deny = false\ndeny {" + body,
		"with default":      "package llm_guardrails\ndefault violation_check = false\ncontext_limit: 3200\nviolation_check {" + body,
		"if already":        "package llm_guardrails\ncontext_limit: 3200\nviolation_check if {" + body,
		"right but unasked": "package llm_guardrails\ncontext_limit := 3200\nviolation_check if {" + body,
		"contains":          "package llm_guardrails\ncontext_limit: 3200\nviolation_check contains msg if {" + body,
		"hyphens":           "package llm-guardrails\ncontext_limit: 3200\nviolation_check {" + body,
		"windows":           strings.ReplaceAll(snippet, "\n", "\r\n"),
		"single quotes":     strings.ReplaceAll(snippet, `"`, `'`),
		"comma":             strings.Replace(snippet, "3200", "3200,", 1),
	} {
		got, ok := correct("llm_guardrails.rego", source, testSchema(t))
		if !ok || strings.ReplaceAll(got, "\n\n", "\n") != strings.ReplaceAll(corrected, "\n\n", "\n") {
			t.Errorf("%s: %v\n%s", name, ok, got)
		}
	}
}

func TestCorrectOthers(t *testing.T) {
	for _, c := range []struct{ name, source, want string }{
		{"default allow", "package p\ndefault allow = false\nallow { input.caller.tenant == \"a\" }", "package p\n\ndefault allow := false\n\nallow if input.caller.tenant == \"a\"\n"},
		{"and", "package p\nallow { input.stream && input.caller.tenant == 'a' }", "package p\n\nallow if {\n\tinput.stream\n\tinput.caller.tenant == \"a\"\n}\n"},
		{"comment", "// why\npackage p\nallow { input.stream == True }", "# why\npackage p\n\nallow if input.stream == true\n"},
		{"no package", "allow { input.stream }", "package my_policy\n\nallow if input.stream\n"},
		{"comments", "# why\npackage p\n# the limit\nlimit: 3200 # tokens\n# the rule\nviolation_check {\n  # compare\n  input.tokens.total > limit # here\n  msg := \"no\"\n}\n", "# why\npackage p\n\n# the limit\nlimit := 3200 # tokens\n\n# the rule\ndeny contains msg if {\n\t# compare\n\tinput.tokens.total > limit # here\n\tmsg := \"no\"\n}\n"},
		{"no message", "package p\nblocked { input.stream }", "package p\n\ndeny contains \"blocked\" if input.stream\n"},
		{"guard", "package p\ndeny[m] { input.request.max_tokens > 10; m := \"x\" }", "package p\n\ndeny contains m if {\n\tis_number(input.request.max_tokens)\n\tinput.request.max_tokens > 10\n\tm := \"x\"\n}\n"},
		{"own rule", "package p\nlimit = data.limit\ndeny[m] { input.tokens.total > limit; m := \"x\" }", "package p\n\nlimit := data.limit\n\ndeny contains m if {\n\tis_number(limit)\n\tinput.tokens.total > limit\n\tm := \"x\"\n}\n"},
		{"unequal", "package p\ndeny[m] { input.model.name != \"a\"; m := \"x\" }", "package p\n\ndeny contains m if {\n\tnot input.model.name == \"a\"\n\tm := \"x\"\n}\n"},
		{"allow if unequal", "package p\nallow { input.model.name != \"a\" }", "package p\n\nallow if {\n\tinput.model.name\n\tinput.model.name != \"a\"\n}\n"},
		{"allow if not", "package p\nallow { not startswith(input.model.name, \"a\") }", "package p\n\nallow if {\n\tinput.model.name\n\tnot startswith(input.model.name, \"a\")\n}\n"},
		{"not", "package p\ndeny[m] { not startswith(input.model.name, \"a\"); m := \"x\" }", "package p\n\nimport future.keywords.not\n\ndeny contains m if {\n\tnot startswith(input.model.name, \"a\")\n\tm := \"x\"\n}\n"},
	} {
		got, ok := correct("my-policy.rego", c.source, testSchema(t))
		if !ok || got != c.want {
			t.Errorf("%s: %v\n%s", c.name, ok, got)
		}
	}
	for name, source := range map[string]string{
		"another language":    "if (x > 3) { return false; }",
		"a text":              "Please do not let anybody in.",
		"decides nothing":     "package p\nfine = true { input.stream }",
		"unknown field":       "package p\nallow { input.nothing_like_it }",
		"a trap that remains": "package p\nimport future.keywords.every\ndeny { every x in data.xs { x } }",
		"a message elsewhere": "package p\nbad { msg := \"x\"; input.stream }\nallow { not bad }",
		"nothing":             "",
		"deep":                "package p\nallow { " + strings.Repeat("[", 4000),
		"long":                "package p\nallow { input.stream }\n" + strings.Repeat("#", maxCorrected),
	} {
		if got, ok := correct("p.rego", source, testSchema(t)); ok {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}
