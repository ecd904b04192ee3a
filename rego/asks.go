package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// Ask is what somebody wants to know: the rules of a package, or one reference.
type Ask struct {
	Package string `json:"package,omitempty"`
	Query   string `json:"query,omitempty"`
}

// asked is an ask, read.
type asked struct {
	// What is evaluated.
	body ast.Body
	// The references that it reads.
	refs []ast.Ref
	// Those of the rules that the gate asks that a package defines.
	defines []string
	// Whether it asks a package.
	rules bool
}

func readAsk(ask Ask, c *ast.Compiler, has func(ast.Ref) bool) (asked, error) {
	if ask.Query != "" {
		ref, err := readRef(ask.Query)
		if err != nil {
			return asked{}, err
		}
		if len(c.GetRulesDynamicWithOpts(ref, ast.RulesOptions{IncludeHiddenModules: true})) == 0 && !has(ref) {
			return asked{}, fmt.Errorf("%s: no rule defines it, and no data hold it", ask.Query)
		}
		return asked{body: bodyOf(ast.NewTerm(ref)), refs: []ast.Ref{ref}, defines: []string{}}, nil
	}
	pkg, err := ast.ParsePackage("package " + ask.Package)
	if err != nil {
		return asked{}, fmt.Errorf("%q is no name of a package", ask.Package)
	}
	read := asked{rules: true, defines: []string{}}
	fields := make([][2]*ast.Term, 0, len(decisions))
	for _, name := range decisions {
		ref := pkg.Path.Append(ast.StringTerm(name))
		if !definesDocument(c.RuleTree.Find(ref)) {
			continue
		}
		read.defines = append(read.defines, name)
		read.refs = append(read.refs, ref)
		// A list of its value, empty where it is undefined: an object that held the value itself would be undefined as a whole.
		value := ast.VarTerm("value_of_" + name)
		fields = append(fields, ast.Item(ast.StringTerm(name),
			ast.ArrayComprehensionTerm(value, ast.NewBody(ast.Equality.Expr(value, ast.NewTerm(ref))))))
	}
	read.body = bodyOf(ast.ObjectTerm(fields...))
	return read, nil
}

// readRef reads `data.acme.allow`.
func readRef(text string) (ast.Ref, error) {
	ref, err := ast.ParseRef(strings.TrimSpace(text))
	if err != nil || len(ref) < 2 || !ref[0].Equal(ast.DefaultRootDocument) || !ref.IsGround() {
		return nil, fmt.Errorf("%q is no reference such as data.acme.allow", text)
	}
	return ref, nil
}

// pathRef is a path of OPA's REST interface: what looks like a number is one.
func pathRef(path []string) ast.Ref {
	ref := ast.Ref{ast.DefaultRootDocument}
	for _, name := range path {
		if i, ok := util.Atoi64(name); ok {
			ref = append(ref, ast.InternedTerm(i))
		} else {
			ref = append(ref, ast.StringTerm(name))
		}
	}
	return ref
}

func bodyOf(term *ast.Term) ast.Body { return ast.NewBody(ast.NewExpr(term)) }

// definesDocument says whether rules below a node make a document: functions make none.
func definesDocument(node *ast.TreeNode) bool {
	found := false
	if node != nil {
		node.DepthFirst(func(each *ast.TreeNode) bool {
			for _, rule := range each.Values {
				found = found || len(rule.Head.Args) == 0
			}
			return found
		})
	}
	return found
}

// unasked lists the rules that no reference reaches, each name once. Tests reach what they test, and ask nothing of it.
func unasked(c *ast.Compiler, refs []ast.Ref) []Problem {
	reached := map[*ast.Rule]bool{}
	var reach func(*ast.Rule)
	reach = func(rule *ast.Rule) {
		if reached[rule] {
			return
		}
		reached[rule] = true
		for next := range c.Graph.Dependencies(rule) {
			reach(next.(*ast.Rule))
		}
	}
	for _, ref := range refs {
		for _, rule := range c.GetRulesDynamicWithOpts(ref, ast.RulesOptions{IncludeHiddenModules: true}) {
			reach(rule)
		}
	}
	names := map[string]bool{}
	var problems []Problem
	for _, module := range c.Modules {
		for _, rule := range module.Rules {
			for ; rule != nil; rule = rule.Else {
				if name := rule.Ref().GroundPrefix().String(); reached[rule] {
					names[name] = true
				}
			}
		}
	}
	files := util.KeysSorted(c.Modules)
	for _, file := range files {
		for _, rule := range c.Modules[file].Rules {
			name := rule.Ref().GroundPrefix().String()
			if names[name] || exemptTest(c.Modules[file], rule) {
				continue
			}
			names[name] = true
			problems = append(problems, problem("unasked", fmt.Sprintf("nothing asks %s", name), rule.Loc()))
		}
	}
	sort.SliceStable(problems, func(i, j int) bool {
		a, b := problems[i], problems[j]
		return a.File < b.File || a.File == b.File && a.Row < b.Row
	})
	return problems
}

// isTest says whether a module holds tests and nothing else.
func isTest(module *ast.Module) bool {
	return strings.HasSuffix(module.Package.Location.File, "_test.rego") ||
		strings.HasSuffix(strings.TrimSuffix(module.Package.Path.String(), `"]`), "_test")
}
