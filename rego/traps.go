package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// The traps of Rego: expressions that are legal, look right and decide wrongly.
const (
	trapMixed    = "mixed-comparison"
	trapNot      = "not-undefined"
	trapNotEqual = "not-equal-undefined"
	trapEvery    = "every-undefined"
	// Not traps to be meant, but what else may be wrong with a module here.
	codeReference = "unknown-reference"
	codeMeans     = "means"
)

// findTraps looks for traps in modules that c has compiled. What a module says it means is returned apart. The schema
// is the input's JSON schema; without one nothing is known of the input.
func findTraps(c *ast.Compiler, modules map[string]*ast.Module, schema []byte) (problems, meant []Problem) {
	_, problems, meant = look(c, modules, schema)
	return problems, meant
}

func look(c *ast.Compiler, modules map[string]*ast.Module, schema []byte) (a *analysis, problems, meant []Problem) {
	a = newAnalysis(c, readSchema(schema), exemptTest)
	claims := readClaims(modules)
	for _, r := range a.rules {
		for _, p := range a.scopes[r].traps() {
			if claims[p.File].covers(p, r) {
				p.Message = "meant, as a comment says: " + p.Message
				meant = append(meant, p)
			} else {
				problems = append(problems, p)
			}
		}
	}
	for file, of := range claims {
		problems = append(problems, of.leftOver(file)...)
	}
	return a, inOrder(problems), inOrder(meant)
}

// exemptTest exempts tests: they state what a policy does, and decide nothing.
func exemptTest(m *ast.Module, r *ast.Rule) bool {
	if strings.HasSuffix(r.Loc().File, "_test.rego") {
		return true
	}
	if last, ok := m.Package.Path[len(m.Package.Path)-1].Value.(ast.String); ok && strings.HasSuffix(string(last), "_test") {
		return true
	}
	return strings.HasPrefix(ruleName(r), "test_") || strings.HasPrefix(ruleName(r), "todo_test_")
}

func ruleName(r *ast.Rule) string {
	ref := r.Head.Ref()
	switch last := ref[len(ref)-1].Value.(type) {
	case ast.Var:
		return string(last)
	case ast.String:
		return string(last)
	}
	return ""
}

func inOrder(list []Problem) []Problem {
	slices.SortFunc(list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	// One clause of a rule that the compiler made into several says everything several times.
	return slices.Compact(list)
}

func (s *scope) traps() []Problem {
	var found []Problem
	for _, e := range s.exprs {
		found = append(append(found, s.mixed(e)...), s.misnamed(e)...)
		switch {
		case e.Negated:
			found = append(found, s.notUndefined(e)...)
		// Under a mended `not` undefined makes the whole true, as a reader expects.
		case !s.mended:
			found = append(found, s.notEqual(e)...)
			found = append(found, s.everyUndefined(e)...)
		}
	}
	found = append(found, s.untold()...)
	for _, inner := range s.inners {
		found = append(found, inner.traps()...)
	}
	return found
}

// at is a finding at an expression; one that the compiler wrote stands where its rule does.
func (s *scope) at(e *ast.Expr, code, message string) Problem {
	loc := e.Location
	if loc == nil {
		loc = s.rule.Loc()
	}
	return problem(code, message, loc)
}

func source(e *ast.Expr) string {
	if e.Location == nil {
		return e.String()
	}
	return strings.Join(strings.Fields(string(e.Location.Text)), " ")
}
