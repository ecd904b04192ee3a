package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// chance makes random rules, with a fixed seed.
type chance struct{ *rand.Rand }

func (c chance) pick(from ...string) string { return from[c.IntN(len(from))] }

func (c chance) ref() string {
	return c.pick("input.boundary", "input.model.name", "input.caller.tenant", "input.caller.claims.org", "input.upstream.name",
		"f.code", "p.text", "p.path", "data.names.first", "tier", "level", "input.caller.roles[0]", "object.get(input.model, \"name\", \"\")", "input.request")
}

func (c chance) list() string {
	return c.pick(`{"a", "b"}`, "data.names.list", "input.caller.roles", "input.request.list", "granted", `object.get(data.names, "list", [])`, "[x | some x in input.request.list]")
}

func (c chance) test() string {
	r := c.ref()
	return c.pick(
		fmt.Sprintf("same(%s)", r), fmt.Sprintf("%s in %s", r, c.list()), fmt.Sprintf("data.names.table[%s]", r), fmt.Sprintf("%s == \"a\"", r),
		fmt.Sprintf("json.marshal(%s) == \"a\"", r), fmt.Sprintf("same(pair(%s))", r), r, fmt.Sprintf("count(%s) == 0", c.list()), fmt.Sprintf("same(part(%s))", r),
		fmt.Sprintf("%s == %s", r, c.ref()), fmt.Sprintf("granted[%s]", r))
}

func randomRule(imports, head string, tests []string) string {
	return "package p\n" + imports + `
default level := "a"
tier := "a" if input.stream
same(x) if x == "a"
pair(x) := sprintf("%v", [x])
part(x) := x if x != "a"
granted contains x if some x in data.names.list
` + head + ` if {
	some f in input.findings
	some p in input.parts.user
	` + strings.Join(tests, "\n\t") + "\n}\n"
}

// A rule that fires for some input once it is mended is one that a reader expects to fire for it: all such are found.
func TestUndefinedIsFound(t *testing.T) {
	for code, make := range map[string]func(chance) (string, string){
		trapNot: func(c chance) (string, string) {
			test := "not " + c.test()
			return test, test
		},
		trapNotEqual: func(c chance) (string, string) {
			a, b := c.pick(c.ref(), "lower("+c.ref()+")"), c.pick(c.ref(), `"a"`)
			return a + " != " + b, "not " + a + " == " + b
		},
	} {
		c := chance{rand.New(rand.NewPCG(8, 1))}
		found, needless := 0, 0
		for range 120 {
			a, b := make(c)
			plain, mended := []string{a}, []string{b}
			for range c.IntN(3) {
				one := c.pick("", "", "not ") + c.test()
				plain, mended = append(plain, one), append(mended, one)
			}
			source, better := randomRule("", "deny", plain), randomRule("import future.keywords.not", "deny", mended)
			problems, _ := trapsIn(t, source)
			differs := ""
			for range 12 {
				input, data := randomInput(c.Rand), randomData(c.Rand)
				if holds(t, source, input, data) != holds(t, better, input, data) {
					differs = fmt.Sprint(input, data)
					break
				}
			}
			// What is undefined for another reason in the same body is found as well, under its own code.
			named := strings.Contains(brief(problems), "-undefined")
			if differs != "" {
				found++
				if !named {
					t.Errorf("not found:\n%s\nfor %s\n%v", source, differs, problems)
				}
			} else if strings.Contains(brief(problems), code) {
				needless++
			}
		}
		t.Logf("%s: %d differ; %d were found that did not within twelve inputs", code, found, needless)
		if found < 20 {
			t.Errorf("%s: only %d rules differ", code, found)
		}
	}
}

// A comparison that for some input compares two types is found.
func TestMixedIsFound(t *testing.T) {
	c := chance{rand.New(rand.NewPCG(8, 2))}
	operand := func() string {
		return c.pick(c.ref(), c.ref(), "3", `"a"`, "count("+c.list()+")", "p.tokens", "object.get(p, \"text\", 3)", "lower("+c.ref()+")", "x.y", "input.caller.claims.org")
	}
	found, needless := 0, 0
	for range 300 {
		a, b := operand(), operand()
		var tests []string
		if strings.Contains(a+b, "x.y") {
			tests = append(tests, "x := {\"y\": "+c.ref()+"}")
		}
		for range c.IntN(3) {
			tests = append(tests, c.pick("is_string(", "is_number(", "not is_number(", "same(", "startswith(\"a\", ", "not is_null(")+c.pick(a, b)+")")
		}
		rule := randomRule("", "deny", append(tests, a+" > "+b))
		probe := randomRule("", "deny", append(tests, fmt.Sprintf("type_name(%s) != type_name(%s)", a, b)))
		problems, ok := tryTraps(t, rule)
		if !ok {
			continue // OPA's own type check refuses it
		}
		differs := ""
		for range 12 {
			input, data := randomInput(c.Rand), randomData(c.Rand)
			if fires(t, probe, input, data) {
				differs = fmt.Sprint(input, data)
				break
			}
		}
		named := strings.Contains(brief(problems), trapMixed)
		if differs != "" {
			found++
			if !named {
				t.Errorf("not found:\n%s\nfor %s\n%v", rule, differs, problems)
			}
		} else if named {
			needless++
		}
	}
	t.Logf("%d compare two types; %d were found that did not within twelve inputs", found, needless)
	if found < 20 {
		t.Errorf("only %d rules compare two types", found)
	}
}

func tryTraps(t *testing.T, source string) ([]Problem, bool) {
	t.Helper()
	a, problems := tried("p.rego", source, testSchema(t))
	return problems, a != nil
}

// fires says whether a rule holds, and holds without an error.
func fires(t *testing.T, source string, input, data map[string]any) bool {
	t.Helper()
	rs, err := rego.New(rego.Query("data.p.deny"), rego.Module("p.rego", source), rego.Input(input), rego.Store(inmem.NewFromObject(data)), rego.StrictBuiltinErrors(true)).Eval(context.Background())
	return err == nil && len(rs) > 0
}

func holds(t *testing.T, source string, input, data map[string]any) bool {
	t.Helper()
	rs, err := rego.New(rego.Query("data.p.deny"), rego.Module("p.rego", source), rego.Input(input), rego.Store(inmem.NewFromObject(data)), rego.StrictBuiltinErrors(true)).Eval(context.Background())
	var run *topdown.Error
	if errors.As(err, &run) {
		return true // an error denies
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return len(rs) > 0
}

// randomInput fits the schema: what is optional may be missing, what is unknown may be anything.
func randomInput(random *rand.Rand) map[string]any {
	maybe := func(m map[string]any, key string, values ...any) {
		if i := random.IntN(len(values) + 1); i < len(values) {
			m[key] = values[i]
		}
	}
	claims, model, part := map[string]any{}, map[string]any{}, map[string]any{"path": "a", "kind": "text", "length": 1, "tokens": 1}
	maybe(claims, "org", "a", "b", 3)
	maybe(model, "name", "a", "c")
	maybe(part, "text", "a", "b")
	name := []string{"a", "b", "c"}[random.IntN(3)]
	input := map[string]any{
		"boundary": name, "stream": random.IntN(2) == 0, "model": model,
		"caller":   map[string]any{"subject": "s", "tenant": name, "roles": []any{"a", "c"}[:random.IntN(3)], "claims": claims},
		"findings": []any{map[string]any{"code": name}},
		"parts":    map[string]any{"user": []any{part}},
		"request":  map[string]any{},
	}
	maybe(input["request"].(map[string]any), "list", []any{"a"}, []any{})
	maybe(input, "upstream", map[string]any{"name": name, "protocol": "p"})
	return input
}

func randomData(random *rand.Rand) map[string]any {
	names := map[string]any{}
	for key, value := range map[string]any{"first": "a", "list": []any{"a", "b"}, "table": map[string]any{"a": true, "b": false}} {
		if random.IntN(3) > 0 {
			names[key] = value
		}
	}
	if random.IntN(4) == 0 {
		return map[string]any{}
	}
	return map[string]any{"names": names}
}
