package main

import (
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

// maxCorrected bounds the source that is corrected; a slip in a longer one is better looked at than rewritten.
const maxCorrected = 64 << 10

// decisions are the rules that the gate asks.
var decisions = []string{"allow", "deny", "flag", "transform"}

// correct rewrites a module that is refused as it stands, because it is Rego from before version 1 or only looks like
// Rego, into one that the gate accepts. It offers nothing that does not compile or has a trap in it.
func correct(file, source string, schema []byte) (text string, ok bool) {
	// The formatter was made for what the parser has read, not for what is rewritten here: where it gives up, nothing is
	// offered, and the refusal stands without.
	defer func() {
		if recover() != nil {
			text, ok = "", false
		}
	}()
	if len(source) > maxCorrected {
		return "", false
	}
	m := parseAny(file, source)
	if m == nil {
		m = parseAny(file, plainRego(file, source))
	}
	if m == nil {
		return "", false
	}
	if text, ok = modern(m); !ok {
		return "", false
	}
	m = parseV1(file, text)
	if m == nil || !meantToDeny(m) {
		return "", false
	}
	if text, ok = modern(m); !ok {
		return "", false
	}
	text, ok = untrap(file, text, schema)
	return text, ok && text != source
}

// offer adds the corrected module, if there is one, to what is said of the first thing wrong with a source.
func offer(p Problem, source string, schema []byte) Problem {
	if text, ok := correct(p.File, source, schema); ok {
		p.Message = strings.TrimSuffix(p.Message, ".") + ". Corrected, the module is:\n\n" + text
	}
	return p
}

func parseV1(file, source string) *ast.Module {
	m, err := ast.ParseModuleWithOpts(file, source, ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil {
		return nil
	}
	return m
}

// parseAny takes a module of version 1, of version 0 that uses some of the newer words, or of version 0.
func parseAny(file, source string) *ast.Module {
	for _, options := range []ast.ParserOptions{
		{RegoVersion: ast.RegoV1},
		{RegoVersion: ast.RegoV0, FutureKeywords: []string{"if", "contains", "in", "every"}},
		{RegoVersion: ast.RegoV0},
	} {
		if m, err := ast.ParseModuleWithOpts(file, source, options); err == nil && m != nil {
			return m
		}
	}
	return nil
}

// modern writes a module as version 1 by OPA's own formatter.
func modern(m *ast.Module) (string, bool) {
	out, err := format.AstWithOpts(m, format.Opts{RegoVersion: ast.RegoV1, DropRedundantDirectiveImports: true})
	return string(out), err == nil
}

// untrap mends what traps it can, and accepts only a module without any.
func untrap(file, text string, schema []byte) (string, bool) {
	for range 8 {
		a, problems := tried(file, text, schema)
		if a == nil {
			return "", false
		}
		if len(problems) == 0 {
			return text, true
		}
		next := mended(file, text, a)
		if next == text {
			next = withMendedNot(file, text, problems)
		}
		if next == text {
			return "", false
		}
		text = next
	}
	return "", false
}

func tried(file, text string, schema []byte) (*analysis, []Problem) {
	m := parseV1(file, text)
	if m == nil {
		return nil, nil
	}
	schemas, err := schemaSet(string(schema))
	if err != nil {
		return nil, nil
	}
	c := newCompiler(true, schemas)
	modules := map[string]*ast.Module{file: m}
	if c.Compile(modules); c.Failed() {
		return nil, nil
	}
	a, problems, _ := look(c, modules, schema)
	return a, problems
}

// withMendedNot imports the `not` that undefined makes true. Where something allows, that could allow more than before, so
// that it is not done there.
func withMendedNot(file, text string, problems []Problem) string {
	const path = "future.keywords.not"
	m := parseV1(file, text)
	if m == nil || strings.Contains(text, path) ||
		!slices.ContainsFunc(problems, func(p Problem) bool { return p.Code == trapNot }) ||
		slices.ContainsFunc(m.Rules, func(r *ast.Rule) bool { return ruleName(r) == "allow" }) {
		return text
	}
	lines := strings.Split(text, "\n")
	return strings.Join(slices.Insert(lines, m.Package.Location.Row, "", "import "+path), "\n")
}

// mended puts tests before the expressions that lack them, and makes `!=` a negated `==`, in rules' own bodies.
func mended(file, text string, a *analysis) string {
	m := parseV1(file, text)
	if m == nil {
		return text
	}
	for _, r := range m.Rules {
		var body ast.Body
		for _, e := range r.Body {
			for _, guard := range a.guards[placeOf(e)] {
				test, err := ast.ParseExpr(guard)
				if err != nil {
					return text
				}
				loc := *e.Location
				ast.WalkNodes(test, func(n ast.Node) bool {
					n.SetLoc(&loc)
					return false
				})
				body.Append(test)
			}
			if a.unequal[placeOf(e)] && e.IsCall() {
				e.Negated = true
				e.SetOperator(ast.NewTerm(ast.Equal.Ref()))
			}
			body.Append(e)
		}
		r.Body = body
	}
	if next, ok := modern(m); ok {
		return next
	}
	return text
}
