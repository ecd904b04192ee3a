package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

func testSchema(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile("../docs/rego-input.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// mustCompile compiles as the gate does: strictly, against the input's schema.
func mustCompile(t testing.TB, files map[string]string, schema []byte) (*ast.Compiler, map[string]*ast.Module) {
	t.Helper()
	modules := map[string]*ast.Module{}
	for name, source := range files {
		m, err := ast.ParseModuleWithOpts(name, source, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		modules[name] = m
	}
	var root any
	if err := util.UnmarshalJSON(schema, &root); err != nil {
		t.Fatal(err)
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, root)
	c := ast.NewCompiler().WithStrict(true).WithSchemas(set).WithUseTypeCheckAnnotations(true)
	if c.Compile(modules); c.Failed() {
		t.Fatalf("%v", c.Errors)
	}
	return c, modules
}

func trapsIn(t testing.TB, source string) (problems, meant []Problem) {
	t.Helper()
	c, _ := mustCompile(t, map[string]string{"p.rego": source}, testSchema(t))
	return findTraps(c, c.Modules, testSchema(t))
}

// brief is "code row:col code row:col".
func brief(list []Problem) string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprintf("%s %d:%d", p.Code, p.Row, p.Col))
	}
	return strings.Join(out, ", ")
}

func TestTraps(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"integer by schema", `deny contains "x" if input.context_payload.token_count > 3200`, ""},
		{"optional integer", `deny contains "x" if input.model.context_tokens > 3200`, ""},
		{"any", `deny contains "x" if input.caller.claims.level > 3`, "mixed-comparison 3:22"},
		{"request", `deny contains "x" if input.request.max_tokens <= 3`, "mixed-comparison 3:22"},
		{"data", `deny contains "x" if input.tokens.total > data.limits.max`, "mixed-comparison 3:22"},
		{"guarded before", `deny contains "x" if { is_number(data.limits.max); input.tokens.total > data.limits.max }`, ""},
		{"guarded after", `deny contains "x" if { input.tokens.total > data.limits.max; is_number(data.limits.max) }`, ""},
		{"guarded by its type's name", `deny contains "x" if { type_name(data.limits.max) == "number"; input.tokens.total > data.limits.max }`, ""},
		{"guarded through a variable", `deny contains "x" if { m := data.limits.max; is_number(m); input.tokens.total > m }`, ""},
		{"guarded by the reference, compared by the variable", `deny contains "x" if { m := data.limits.max; is_number(data.limits.max); input.tokens.total > m }`, ""},
		{"guarded in an enclosing body", `deny contains "x" if { is_number(data.limits.max); some t in [y | some y in input.parts.user; y.tokens > data.limits.max]; t.tokens > 1 }`, ""},
		{"guarded for another field", `deny contains "x" if { is_number(data.limits.min); input.tokens.total > data.limits.max }`, "mixed-comparison 3:52"},
		{"guarded in another clause", "deny contains \"x\" if is_number(data.limits.max)\ndeny contains \"y\" if input.tokens.total > data.limits.max", "mixed-comparison 4:22"},
		{"guarded the wrong way", `deny contains "x" if { not is_number(input.caller.claims); input.tokens.total > input.caller.claims }`, "mixed-comparison 3:60"},
		{"guarded by a function", "n(x) if is_number(x)\ndeny contains \"x\" if { n(data.limits.max); input.tokens.total > data.limits.max }", ""},
		{"guarded by half a function", "n(x) if is_number(x)\nn(x) if is_null(x)\ndeny contains \"x\" if { n(data.limits.max); input.tokens.total > data.limits.max }", "mixed-comparison 5:44"},
		{"guarded by a rule", "known if is_number(input.request.n)\ndeny contains \"x\" if { known; input.request.n > 4 }", ""},
		{"counted", `deny contains "x" if count(input.tools.called) > 3`, ""},
		{"counted from anything", `deny contains "x" if count(input.request.messages) > 3`, ""},
		{"to_number", `deny contains "x" if to_number(input.request.n) > 3`, ""},
		{"sum", `deny contains "x" if input.tokens.user + input.tokens.tool > 3`, ""},
		{"sum in head", `allow := input.request.n < 3`, "mixed-comparison 3:10"},
		{"default of the same type", `deny contains "x" if object.get(input.model, "context_tokens", 4000) > 3`, ""},
		{"default of another type", `deny contains "x" if object.get(input.model, "context_tokens", null) > 3`, "mixed-comparison 3:22"},
		{"default along a path", `deny contains "x" if object.get(input, ["model", "context_tokens"], 4000) > 3`, ""},
		{"strings", `deny contains "x" if input.time > "2026"`, ""},
		{"string with number", `deny contains "x" if input.time > 3`, "mixed-comparison 3:22"},
		{"variable of a field", `deny contains "x" if { x := input.caller.claims.level; x > 3 }`, "mixed-comparison 3:56"},
		{"variable of an integer", `deny contains "x" if { x := input.tokens.total; x > 3 }`, ""},
		{"elements", `deny contains "x" if { some f in input.findings; f.score > 0.5 }`, ""},
		{"elements of anything", `deny contains "x" if { some f in input.request.things; f.score > 0.5 }`, "mixed-comparison 3:56"},
		{"elements by index", `deny contains "x" if { some i; input.findings[i].score > 0.5 }`, ""},
		{"key of an array", `deny contains "x" if { some i, _ in input.findings; i > 3 }`, ""},
		{"unpacked", `deny contains "x" if { [h, _, _] := time.clock(time.parse_rfc3339_ns(input.time)); h < 6 }`, ""},
		{"rule", "limit := 3200\ndeny contains \"x\" if input.tokens.total > limit", ""},
		{"rule from data", "default limit := 3200\nlimit := data.limits.max\ndeny contains \"x\" if input.tokens.total > limit", "mixed-comparison 5:22"},
		{"rule from data, guarded", "default limit := 3200\nlimit := data.limits.max if is_number(data.limits.max)\ndeny contains \"x\" if input.tokens.total > limit", ""},
		{"else", "limit := 3 if { input.stream } else := null\ndeny contains \"x\" if input.tokens.total > limit", "mixed-comparison 4:22"},
		{"in else", "x if { input.stream } else := false if { input.request.n > 2 }", "mixed-comparison 3:42"},
		{"function that nobody calls", "f(x) if x > 3", "mixed-comparison 3:9"},
		{"function of integers", "f(x) if x > 3\ndeny contains \"x\" if f(input.tokens.total)", ""},
		{"function of anything too", "f(x) if x > 3\ndeny contains \"x\" if f(input.tokens.total)\ndeny contains \"y\" if f(input.request)", "mixed-comparison 3:9"},
		{"function's result", "f(x) := x * 2\ndeny contains \"x\" if f(input.tokens.total) > 3", ""},
		{"every", `deny contains "x" if { every p in input.parts.user { p.tokens > 3 } }`, ""},
		{"every of anything", `deny contains "x" if { input.request.xs; every p in input.request.xs { p > 3 } }`, "mixed-comparison 3:72"},
		{"negated", `deny contains "x" if not input.request.n <= 3`, "mixed-comparison 3:22, not-undefined 3:22"},
		{"in a set", `deny contains "x" if { input.request.n in {1, 2}; input.request.n > 1 }`, ""},

		{"not over a bare reference", `deny contains "x" if not input.upstream`, ""},
		{"not over an optional field", `deny contains "x" if not startswith(input.model.name, "gpt-")`, "not-undefined 3:22"},
		{"not over a required field", `deny contains "x" if not startswith(input.boundary, "eu-")`, ""},
		{"not in", `deny contains "x" if not input.model.name in {"a", "b"}`, "not-undefined 3:22"},
		{"not in an unknown list", `deny contains "x" if not input.caller.tenant in data.tenants`, "not-undefined 3:22"},
		{"not equal, negated", `deny contains "x" if not input.model.name == "a"`, ""},
		{"not a nested call", `deny contains "x" if not startswith(lower(input.model.name), "gpt")`, "not-undefined 3:22"},
		{"not a lookup", `deny contains "x" if not data.allowed[input.model.name]`, "not-undefined 3:22"},
		{"not a lookup by what is there", `deny contains "x" if not data.allowed[input.caller.tenant]`, ""},
		{"not own function", "f(x) if x == \"a\"\ndeny contains \"x\" if not f(input.model.name)", "not-undefined 4:22"},
		{"not own function of a variable", "f(x) if x == \"a\"\ndeny contains \"x\" if { m := input.model.name; not f(m) }", ""},
		{"not own function of an argument", "f(x) if x == \"a\"\ng(x) if not f(x)\ndeny contains \"x\" if g(input.boundary)", ""},
		{"not own function of an argument's field", "f(x) if x == \"a\"\ng(x) if not f(x.name)\ndeny contains \"x\" if g(input.model)", "not-undefined 4:9"},
		{"not own function of an argument's required field", "f(x) if x == \"a\"\ng(x) if not f(x.name)\ndeny contains \"x\" if { some u in input.upstreams; g(u) }", ""},
		{"not a rule that may be undefined", "tier := \"a\" if input.stream\ndeny contains \"x\" if not tier in {\"b\"}", "not-undefined 4:22"},
		{"not a rule with a default", "default tier := \"b\"\ntier := \"a\" if input.stream\ndeny contains \"x\" if not tier in {\"b\"}", ""},
		{"not a rule that is always there", "tiers := {\"a\", \"b\"}\ndeny contains \"x\" if not input.caller.tenant in tiers", ""},
		{"not a set of rules", "tiers contains x if some x in data.tiers\ndeny contains \"x\" if not input.caller.tenant in tiers", ""},
		{"not with a default", `deny contains "x" if not startswith(object.get(input.model, "name", ""), "gpt-")`, ""},
		{"not with a default below what is missing", `deny contains "x" if not startswith(object.get(input.upstream, "name", ""), "gpt-")`, "not-undefined 3:22"},
		{"not beside a test", `deny contains "x" if { input.upstream; not startswith(input.upstream.name, "eu-") }`, ""},
		{"not beside another not", `deny contains "x" if { not startswith(input.model.name, "a"); not startswith(input.model.name, "b") }`, "not-undefined 3:24, not-undefined 3:63"},
		{"not beside a message", `deny contains m if { not startswith(input.model.name, "a"); m := sprintf("%s", [input.model.name]) }`, "not-undefined 3:22"},
		{"not over an element", `deny contains "x" if { some f in input.findings; not startswith(f.code, "pii.") }`, ""},
		{"not over an element's optional field", `deny contains "x" if { some f in input.parts.user; not startswith(f.text, "pii.") }`, "not-undefined 3:52"},
		{"not over the first element", `deny contains "x" if not startswith(input.caller.roles[0], "a")`, "not-undefined 3:22"},
		{"not in a comprehension", `deny contains "x" if count([f | some f in input.parts.user; not startswith(f.text, "a")]) > 0`, "not-undefined 3:61"},
		{"not of a count", `deny contains "x" if not count(input.request.xs) == 0`, "not-undefined 3:22"},

		{"unequal and optional", `deny contains "x" if input.model.name != "a"`, "not-equal-undefined 3:22"},
		{"unequal and required", `deny contains "x" if input.boundary != "a"`, ""},
		{"unequal and unknown", `deny contains "x" if input.caller.claims.org != "a"`, "not-equal-undefined 3:22"},
		{"unequal to data", `deny contains "x" if input.boundary != data.boundary`, "not-equal-undefined 3:22"},
		{"unequal of a call", `deny contains "x" if lower(input.model.name) != "a"`, "not-equal-undefined 3:22"},
		{"unequal beside a test", `deny contains "x" if { input.upstream; input.upstream.name != "a" }`, ""},
		{"unequal beside a comparison", `deny contains "x" if { startswith(input.model.name, "gpt"); input.model.name != "gpt-4" }`, ""},
		{"unequal elements", `deny contains "x" if { some f in input.findings; f.guard != "pii" }`, ""},
		{"unequal elements, optional", `deny contains "x" if { some f in input.parts.user; f.text != "pii" }`, "not-equal-undefined 3:52"},
		{"unequal to a variable", `deny contains "x" if { some a in input.findings; some b in input.findings; a.guard != b.guard }`, ""},
		{"unequal to another part of the same", `deny contains "x" if { some i, j; input.findings[i].guard == "a"; input.findings[j].guard != "b" }`, ""},

		{"message of what is missing", `deny contains m if { not input.model.name; m := sprintf("%s", [input.model.name]) }`, "not-undefined 3:64"},
		{"message of what is not equal", `deny contains m if { not input.model.name == "a"; m := sprintf("%s", [input.model.name]) }`, "not-undefined 3:71"},
		{"message of what is there", `deny contains m if { not input.upstream; m := sprintf("%s", [input.model.name]) }`, ""},
		{"message of a part of what is missing", `deny contains m if { not input.upstream; m := sprintf("%s", [input.upstream.name]) }`, "not-undefined 3:62"},
		{"message with a value", `deny contains m if { not input.model.name == "a"; m := sprintf("%s", [object.get(input.model, "name", "none")]) }`, ""},

		{"every over what is there", `allow if every f in input.findings { f.action == "allow" }`, ""},
		{"every over what may not be", `allow if every f in data.things { f == "allow" }`, "every-undefined 3:10"},
		{"every beside a test", `allow if { data.things; every f in data.things { f == "allow" } }`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, meant := trapsIn(t, "package p\n\n"+c.body+"\n")
			if got := brief(problems); got != c.want {
				t.Errorf("%s\n got %q\nwant %q\n%v", c.body, got, c.want, problems)
			}
			if len(meant) > 0 {
				t.Errorf("meant: %v", meant)
			}
		})
	}
}

func TestMendedNot(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"not over an optional field", `deny contains "x" if not startswith(input.model.name, "gpt-")`, ""},
		{"not in", `deny contains "x" if not input.model.name in data.models[input.caller.tenant]`, ""},
		{"not unequal", `deny contains "x" if not input.model.name != "a"`, ""},
		{"a comparison inside", `deny contains "x" if not input.request.n <= 3`, "mixed-comparison 4:22"},
		{"a guarded comparison inside", `deny contains "x" if not { is_number(input.request.n); input.request.n <= 3 }`, ""},
		{"guarded outside", `deny contains "x" if { is_number(input.request.n); not input.request.n <= 3 }`, ""},
		{"unequal outside", `deny contains "x" if { not input.stream; input.model.name != "a" }`, "not-equal-undefined 4:42"},
		{"named in the message", `deny contains m if { not startswith(input.model.name, "a"); m := sprintf("%s", [input.model.name]) }`, "not-undefined 4:81"},
		{"a message with a value", `deny contains m if { not startswith(input.model.name, "a"); m := sprintf("%s", [object.get(input.model, "name", "none")]) }`, ""},
	} {
		for _, how := range []string{"future.keywords.not", "rego.v2"} {
			if how == "rego.v2" && strings.Contains(c.body, "not {") {
				continue
			}
			problems, _ := trapsIn(t, "package p\nimport "+how+"\n\n"+c.body+"\n")
			if got := brief(problems); got != c.want {
				t.Errorf("%s, %s: got %q, want %q\n%v", c.name, how, got, c.want, problems)
			}
		}
	}
}

func TestOr(t *testing.T) {
	for body, want := range map[string]string{
		`deny if { input.request.n > 3 or input.stream }`:                                 "mixed-comparison 4:11",
		`deny if { is_number(input.request.n) and input.request.n > 3 }`:                  "",
		`deny if { input.stream or { is_number(input.request.n); input.request.n > 3 } }`: "",
		`deny if { is_number(input.request.n) or input.request.n > 3 }`:                   "mixed-comparison 4:41",
		`deny if { input.stream or input.model.name != "a" }`:                             "not-equal-undefined 4:27",
	} {
		problems, _ := trapsIn(t, "package p\nimport rego.v2\n\n"+body+"\n")
		if got := brief(problems); got != want {
			t.Errorf("%s: got %q, want %q\n%v", body, got, want, problems)
		}
	}
}

func TestMeans(t *testing.T) {
	const bad = `input.caller.claims.level > 3`
	for _, c := range []struct{ name, source, problems, meant string }{
		{"same line", "deny if " + bad + " # sallyport: means mixed-comparison", "", "mixed-comparison 3:9"},
		{"line before", "deny if {\n\t# sallyport: means mixed-comparison\n\t" + bad + "\n}", "", "mixed-comparison 5:2"},
		{"above the rule", "# sallyport: means mixed-comparison\n# and more to say\ndeny if {\n\tinput.stream\n\t" + bad + "\n}", "", "mixed-comparison 7:2"},
		{"two lines before", "deny if {\n\t# sallyport: means mixed-comparison\n\tinput.stream\n\t" + bad + "\n}", "means 4:2, mixed-comparison 6:2", ""},
		{"on the line of another expression", "deny if {\n\tinput.stream # sallyport: means mixed-comparison\n\t" + bad + "\n}", "means 4:15, mixed-comparison 5:2", ""},
		{"another code", "deny if " + bad + " # sallyport: means not-undefined", "mixed-comparison 3:9, means 3:39", ""},
		{"two codes", "deny if not " + bad + " # sallyport: means mixed-comparison, not-undefined", "", "mixed-comparison 3:9, not-undefined 3:9"},
		{"misspelt code", "deny if " + bad + " # sallyport: means mixed-comparisons", "mixed-comparison 3:9, means 3:39", ""},
		{"misspelt word", "deny if " + bad + " # sallyport: meant mixed-comparison", "mixed-comparison 3:9, means 3:39", ""},
		{"nothing to mean", "# sallyport: means every-undefined\ndeny if input.stream", "means 3:1", ""},
		{"in the file's head", "# sallyport: means mixed-comparison\n\ndeny if " + bad, "means 3:1, mixed-comparison 5:9", ""},
	} {
		problems, meant := trapsIn(t, "package p\n\n"+c.source+"\n")
		if brief(problems) != c.problems || brief(meant) != c.meant {
			t.Errorf("%s: got %q and %q, want %q and %q", c.name, brief(problems), brief(meant), c.problems, c.meant)
		}
	}
}

func TestTestsAreExempt(t *testing.T) {
	const body = "test_it if input.caller.claims.level > 3\n"
	for file, source := range map[string]string{
		"p.rego":      "package p\n" + body,
		"q.rego":      "package q_test\nx if input.caller.claims.level > 3\n",
		"p_test.rego": "package p\nhelper if input.caller.claims.level > 3\n",
	} {
		c, modules := mustCompile(t, map[string]string{file: source}, testSchema(t))
		if problems, _ := findTraps(c, modules, testSchema(t)); len(problems) > 0 {
			t.Errorf("%s: %v", file, problems)
		}
	}
}

// Without a schema nothing is known of the input, and everything below it may be missing.
func TestWithoutSchema(t *testing.T) {
	m := ast.MustParseModuleWithOpts("package p\ndeny if input.tokens.total > 3\nflag if not startswith(input.boundary, \"a\")", ast.ParserOptions{RegoVersion: ast.RegoV1})
	c := ast.NewCompiler()
	if c.Compile(map[string]*ast.Module{"p.rego": m}); c.Failed() {
		t.Fatal(c.Errors)
	}
	problems, _ := findTraps(c, map[string]*ast.Module{"p.rego": m}, nil)
	if got := brief(problems); got != "mixed-comparison 2:9, not-undefined 3:9" {
		t.Error(got)
	}
}

// What may be null is no number, whatever OPA's own reading of the schema says.
// A package that others ask than the gate says itself what its input is; the traps are the same.
func TestOwnSchema(t *testing.T) {
	own := "# METADATA\n# schemas:\n#   - input: {type: object}\npackage p\n\n"
	for body, want := range map[string]string{
		`allow if input.request.method == "GET"`:            "",
		`allow if not startswith(input.request.path, "/a")`: "not-undefined 6:10",
		`deny if input.request.method != "GET"`:             "not-equal-undefined 6:9",
		`deny if input.request.size > 3`:                    "mixed-comparison 6:9",
		`allow if object.get(input, "x", "") == "y"`:        "",
	} {
		problems, _ := trapsIn(t, own+body+"\n")
		if got := brief(problems); got != want {
			t.Errorf("%s: got %q, want %q\n%v", body, got, want, problems)
		}
	}
	closed := "# METADATA\n# schemas:\n#   - input: {type: object, properties: {size: {type: number}}, required: [size], additionalProperties: false}\npackage p\n\n"
	if problems, _ := trapsIn(t, closed+"deny if input.size > 3\n"); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestNullableField(t *testing.T) {
	schema := []byte(`{"type": "object", "required": ["n"], "properties": {"n": {"type": ["integer", "null"]}, "m": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}}`)
	c, modules := mustCompile(t, map[string]string{"p.rego": "package p\ndeny if input.n > 3\nflag if input.m > 3\n"}, schema)
	problems, _ := findTraps(c, modules, schema)
	if got := brief(problems); got != "mixed-comparison 2:9, mixed-comparison 3:9" {
		t.Error(got)
	}
}

// Messages speak in the author's variables, and advise what is Rego.
func TestMessages(t *testing.T) {
	for body, want := range map[string]string{
		`deny if { some f in input.parts.user; not startswith(f.text, "a") }`:                               "`object.get(f, \"text\", \"\")`",
		`deny if { some i; not startswith(input.parts.user[i].text, "a"); input.parts.user[i].tokens > 3 }`: "`object.get(input.parts.user[i], \"text\", \"\")`",
		`allow if every x in data.xs { x == 1 }`:                                                            "write `data.xs; every x in data.xs { x == 1 }`",
		`allow if every x in input.request.xs { x == 1 }`:                                                   "write `input.request.xs; every x in input.request.xs { x == 1 }`",
		`deny if every x in data.xs { x == 1 }`:                                                             "put `data.xs` into a rule of its own that has a `default`",
		`deny if every x in input.request.xs { x == 1 }`:                                                    "`object.get(input, [\"request\", \"xs\"], [])`",
		`allow if input.model.name != "a"`:                                                                  "write `input.model.name; input.model.name != \"a\"`",
		`deny if input.request.xs[_].n > 3`:                                                                 "Write `is_number(input.request.xs[_].n); input.request.xs[_].n > 3`, with a name for `_`",
		`allow if every x in [input.model.name] { x == "a" }`:                                               "`every` over [input.model.name] is undefined",
		`deny if { some f in input.request.xs; f.a + f.b > 3; f.c > 3 }`:                                    "is_number(f.c); f.c > 3",
		`deny if { some f in input.request.xs; max([f.a, 3]) > count(f) }`:                                  "is_number(max([f.a, 3])); max([f.a, 3]) > count(f)",
	} {
		problems, _ := trapsIn(t, "package p\n\n"+body+"\n")
		if len(problems) != 1 || !strings.Contains(problems[0].Message, want) || strings.Contains(problems[0].Message, "__local") {
			t.Errorf("%s:\n got %v\nwant %s", body, problems, want)
		}
	}
}

// Policies as people write them, which have no trap in them.
func TestGoodPolicies(t *testing.T) {
	files, err := filepath.Glob("testdata/good/*.rego")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if problems, meant := trapsIn(t, string(source)); len(problems)+len(meant) > 0 {
			t.Errorf("%s: %v", file, problems)
		}
	}
}

// Each of the good policies has a line that keeps it good.
func TestGoodPoliciesSpoilt(t *testing.T) {
	for _, c := range []struct{ file, from, to, code string }{
		{"context_length", "limit := floor(window * 0.8)", "limit := data.limits.context_tokens", trapMixed},
		{"models", "default permitted := []\n", "", trapNot},
		{"models", "not model in", "not input.model.name in", trapNot},
		{"models_future", "import future.keywords.not\n", "", trapNot},
		{"models_future", `object.get(input.model, "name", "(none)")`, "input.model.name", trapNot},
		{"models_future", `"name", "(none)"`, `"nmae", "(none)"`, codeReference},
		{"working_hours", "[hour, _, _] := time.clock([now, timezone])", "hour := input.request.hour", trapMixed},
		{"residency", "\tinput.upstream\n", "", trapNot},
		{"residency", "every upstream in input.upstreams", "every upstream in data.upstreams", trapEvery},
		{"residency", `upstream.protocol != "generate"`, `input.upstream.protocol != "generate"`, trapNotEqual},
		{"tools", "not call.name in granted", "not call.name in data.granted", trapNot},
		{"spend", " if is_number(object.get(data.spend, input.caller.tenant, 0.5))", "", trapMixed},
		{"spend", "\tis_number(quota)\n", "", trapMixed},
		{"pii", "approved contains name if some name in data.approved_providers", "approved := data.approved_providers", trapNot},
		{"pii", "some finding in input.findings", "some finding in input.request.findings", trapMixed},
		{"stages", "max([p.tokens | ", "max([p.text | ", trapMixed},
		{"roles", "level := round(input.caller.claims.level) if is_number(input.caller.claims.level)", "level := input.caller.claims.level", trapMixed},
	} {
		raw, err := os.ReadFile("testdata/good/" + c.file + ".rego")
		if err != nil {
			t.Fatal(err)
		}
		spoilt := strings.ReplaceAll(string(raw), c.from, c.to)
		if spoilt == string(raw) {
			t.Fatalf("%s has no %q", c.file, c.from)
		}
		problems, _ := trapsIn(t, spoilt)
		if len(problems) == 0 || problems[0].Code != c.code {
			t.Errorf("%s without %q: %v", c.file, c.from, problems)
		}
	}
}

// What refers to itself many times over costs no more than it is long.
func TestManyTimesOver(t *testing.T) {
	var b strings.Builder
	b.WriteString("package p\n\ndeny if {\n\tx0 := input.request\n")
	for i := range 60 {
		fmt.Fprintf(&b, "\tx%d := {\"a\": [x%d, x%d], \"b\": data.d[x%d][x%d]}\n", i+1, i, i, i, i)
	}
	b.WriteString("\tx60.a > 3\n\tx60.b != data.e[x60][x60]\n}\n")
	problems, _ := trapsIn(t, b.String())
	if got := brief(problems); got != "mixed-comparison 65:2, not-equal-undefined 66:2" {
		t.Error(got)
	}
}
