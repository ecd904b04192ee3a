package main

import (
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// refused compiles what does not compile, and gives the first error as the gate would.
func refused(t *testing.T, source string) Problem {
	t.Helper()
	m := ast.MustParseModuleWithOpts(source, ast.ParserOptions{RegoVersion: ast.RegoV1})
	var root any
	if err := util.UnmarshalJSON(testSchema(t), &root); err != nil {
		t.Fatal(err)
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, root)
	c := ast.NewCompiler().WithStrict(true).WithSchemas(set)
	if c.Compile(map[string]*ast.Module{"p.rego": m}); !c.Failed() {
		t.Fatalf("compiles: %s", source)
	}
	return explain(problemsOf(c.Errors)[0], testSchema(t))
}

func TestExplain(t *testing.T) {
	for body, want := range map[string]string{
		`deny if input.context_payload.token_cout > 3`:     "input.context_payload.token_cout: there is no \"token_cout\" here; write `token_count`. There is token_count",
		`deny if input.contxt_payload.token_count > 3`:     "; write `context_payload`. There is answer, answer_parts, boundary, ",
		`deny if input.token_count > 3`:                    "input.token_count: there is no \"token_count\" here; write `input.context_payload.token_count`. There is answer, ",
		`deny if { some f in input.findings; f.scor > 1 }`: "f.scor: there is no \"scor\" here; write `score`.",
		`deny if input.model.name.x == "1"`:                "input.model.name.x: what comes before the last name is a string, which has no fields",
		`deny if input["boundary-name"] == "1"`:            "there is no \"boundary-name\" here. There is answer,",
	} {
		p := refused(t, "package p\n"+body+"\n")
		if p.Code != "unknown-reference" || p.Row != 2 || !strings.Contains(p.Message, want) {
			t.Errorf("%s:\n got %v\nwant %s", body, p, want)
		}
	}
	if p := refused(t, "package p\ndeny if imput.stream\n"); !strings.HasSuffix(p.Message, "write `input`") {
		t.Error(p)
	}
	other := Problem{Code: "rego_type_error", Message: "startswith: invalid argument(s)"}
	if explain(other, testSchema(t)) != other {
		t.Error("explains what it does not know")
	}
}

// Where OPA's type check does not look.
func TestUnknownReference(t *testing.T) {
	for body, want := range map[string]string{
		`allow if { every f in input.findings { f.acton == "allow" } }`:                         "unknown-reference 3:40",
		`allow if { every f in input.findings { f.action == "allow" } }`:                        "",
		`allow if object.get(input.model, "nam", "") == "x"`:                                    "unknown-reference 3:10",
		`allow if object.get(input, ["model", "nam"], "") == "x"`:                               "unknown-reference 3:10",
		`allow if object.get(input, ["upstream", "name"], "") == "x"`:                           "",
		`allow if object.get(input.caller.claims, "anything", "") == "x"`:                       "",
		`allow if object.get({"a": "b"}, input.boundary, "") == "x"`:                            "",
		`allow if object.get({"a": "b"}, "c", "") == "x"`:                                       "",
		"m := {\"a\": 1}\nallow if object.get(m, \"c\", \"\") == \"x\"":                         "",
		`allow if count([f | some f in input.findings; object.get(f, "gaurd", "") == "x"]) > 1`: "unknown-reference 3:47",
	} {
		problems, _ := trapsIn(t, "package p\n\n"+body+"\n")
		if got := brief(problems); got != want {
			t.Errorf("%s: got %q, want %q\n%v", body, got, want, problems)
		}
	}
}
