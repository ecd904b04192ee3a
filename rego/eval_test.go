package main

import (
	"context"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
)

// denies says whether data.p.deny holds for an input, by OPA's own evaluation.
func denies(t *testing.T, source string, input any) bool {
	t.Helper()
	rs, err := rego.New(rego.Query("x = data.p.deny"), rego.Module("p.rego", source), rego.Input(input), rego.StrictBuiltinErrors(true)).Eval(context.Background())
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if len(rs) == 0 {
		return false
	}
	return rs[0].Bindings["x"] == true
}

// The traps are what OPA does, and what is advised instead is what a reader expects of it.
func TestTrapsAreReal(t *testing.T) {
	some := map[string]any{"tokens": map[string]any{"total": 5}, "boundary": "b"}
	mended := "import future.keywords.not\n"
	for _, c := range []struct {
		name, imports, body string
		input               map[string]any
		want                bool
	}{
		{"null is below 3200", "", "deny if input.n <= 3200", map[string]any{"n": nil}, true},
		{"a string is above 3200", "", "deny if input.n > 3200", map[string]any{"n": "5"}, true},
		{"guarded", "", "deny if { is_number(input.n); input.n <= 3200 }", map[string]any{"n": nil}, false},
		{"not over a missing field", "", `deny if not startswith(input.name, "a")`, some, false},
		{"mended", mended, `deny if not startswith(input.name, "a")`, some, true},
		{"mended by rego.v2", "import rego.v2\n", `deny if not startswith(input.name, "a")`, some, true},
		{"given a value", "", `deny if not startswith(object.get(input, "name", ""), "a")`, some, true},
		{"given a value along a path", "", `deny if not startswith(object.get(input, ["model", "name"], ""), "a")`, some, true},
		{"not in", "", `deny if not input.name in {"a"}`, some, false},
		{"not in, mended", mended, `deny if not input.name in {"a"}`, some, true},
		{"not in a missing list", "", `deny if not input.boundary in data.missing`, some, false},
		{"not in a missing list, mended", mended, `deny if not input.boundary in data.missing`, some, true},
		{"not a lookup", "", `deny if not data.allowed[input.name]`, some, false},
		{"not a lookup, mended", mended, `deny if not data.allowed[input.name]`, some, true},
		{"unequal", "", `deny if input.name != "a"`, some, false},
		{"not equal", "", `deny if not input.name == "a"`, some, true},
		{"not equal to another reference", "", `deny if not input.name == input.other`, some, true},
		{"unequal to data", "", `deny if input.boundary != data.missing`, some, false},
		{"not equal to data", "", `deny if not input.boundary == data.missing`, some, true},
		{"not equal, of a call", "", `deny if not lower(input.name) == "a"`, some, false},
		{"not equal, of a call, mended", mended, `deny if not lower(input.name) == "a"`, some, true},
		{"mended, but named in the message", mended, `deny if { not input.name in {"a"}; m := sprintf("%s", [input.name]); m != "" }`, some, false},
		{"mended, and the message has a value", mended, `deny if { not input.name in {"a"}; m := sprintf("%s", [object.get(input, "name", "none")]); m != "" }`, some, true},
		{"every", "", `deny if every x in input.xs { x == 1 }`, some, false},
		{"every with a value", "", `deny if every x in object.get(input, "xs", []) { x == 1 }`, some, true},
		{"every under a mended not", mended, `deny if not { every x in input.xs { x == 1 } }`, some, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := denies(t, "package p\n"+c.imports+c.body+"\n", c.input); got != c.want {
				t.Errorf("%s: %v", c.body, got)
			}
		})
	}
}

// What a message advises is legal, and is no trap any more.
func TestAdvice(t *testing.T) {
	for _, c := range []struct{ body, advice string }{
		{`deny if input.caller.claims.n > 3`, "is_number(input.caller.claims.n); input.caller.claims.n > 3"},
		{`deny if input.caller.claims.n > data.limits.n`, "is_number(input.caller.claims.n); is_number(data.limits.n); input.caller.claims.n > data.limits.n"},
		{`deny if input.caller.claims.day > input.time`, "is_string(input.caller.claims.day); input.caller.claims.day > input.time"},
		{`deny if input.model.name != "a"`, `not input.model.name == "a"`},
		{`deny if input.boundary != data.boundary`, `not input.boundary == data.boundary`},
	} {
		problems, _ := trapsIn(t, "package p\n"+c.body+"\n")
		if len(problems) != 1 || !strings.Contains(problems[0].Message, "`"+c.advice+"`") {
			t.Errorf("%s: %v", c.body, problems)
			continue
		}
		if left, _ := trapsIn(t, "package p\ndeny if { "+c.advice+" }\n"); len(left) > 0 {
			t.Errorf("%s: %v", c.advice, left)
		}
	}
	for _, body := range []string{
		`deny if not startswith(input.model.name, "gpt-")`, `deny if not input.model.name in data.models[input.caller.tenant]`,
		`deny if not data.allowed[input.model.name]`, `deny if lower(input.model.name) != "a"`,
	} {
		if problems, _ := trapsIn(t, "package p\n"+body+"\n"); len(problems) != 1 || !strings.Contains(problems[0].Message, "`import future.keywords.not`") {
			t.Errorf("%s: %v", body, problems)
		}
		mended := strings.NewReplacer("lower(input.model.name) != ", "not lower(input.model.name) == ").Replace(body)
		if left, _ := trapsIn(t, "package p\nimport future.keywords.not\n"+mended+"\n"); len(left) > 0 {
			t.Errorf("%s: %v", mended, left)
		}
	}
}
