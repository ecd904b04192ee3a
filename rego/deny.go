package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// messageNames are what a rule's message is called where it is assigned and never used.
var messageNames = []string{"msg", "message", "reason", "error", "err", "text"}

var refusing = regexp.MustCompile(`(?i)^(violat|deny|denied|block|reject|forbid|refus|prohibit)`)

// meantToDeny makes rules that nobody asks, and that can only have been meant to refuse, into `deny`. It says whether the
// module then decides anything.
func meantToDeny(m *ast.Module) bool {
	var kept []*ast.Rule
	renamed := map[string]bool{}
	decides := false
	for _, r := range m.Rules {
		decides = decides || slices.Contains(decisions, ruleName(r))
	}
	for _, r := range m.Rules {
		name := ruleName(r)
		ours := len(r.Head.Args) == 0 && r.Else == nil && !r.Default && len(r.Head.Ref()) == 1 && !referred(m, name)
		switch {
		case ours && isTrue(r) && name != "allow" && takeMessage(r):
		case ours && !decides && refusing.MatchString(name) && isTrue(r):
			r.Head = denial(r, ast.StringTerm(strings.ReplaceAll(name, "_", " ")))
		case ours && !decides && refusing.MatchString(name) && r.Head.RuleKind() == ast.MultiValue:
			r.Head = denial(r, r.Head.Key)
		default:
			continue
		}
		renamed[name] = true
	}
	for _, r := range m.Rules {
		// A default makes no sense for a set.
		if !(r.Default && (renamed[ruleName(r)] || ruleName(r) == "deny" && len(renamed) > 0)) {
			kept = append(kept, r)
		}
	}
	m.Rules = kept
	return decides || len(renamed) > 0
}

func isTrue(r *ast.Rule) bool {
	return r.Head.RuleKind() == ast.SingleValue && r.Head.Value != nil && ast.Boolean(true).Equal(r.Head.Value.Value)
}

func denial(r *ast.Rule, key *ast.Term) *ast.Head {
	h := ast.NewHead(ast.Var("deny"), key)
	h.Location = r.Head.Location
	// The formatter sets comments by the places of what stands around them.
	h.SetRef(ast.Ref{ast.VarTerm("deny").SetLocation(r.Head.Location)})
	if key.Location == nil {
		key.SetLocation(r.Head.Location)
	}
	return h
}

// takeMessage makes `rule { ...; msg := "..." }` into `deny contains msg if { ...; msg := "..." }`.
func takeMessage(r *ast.Rule) bool {
	uses := map[ast.Var]int{}
	ast.WalkVars(r.Body, func(v ast.Var) bool {
		uses[v]++
		return false
	})
	for _, e := range r.Body {
		if e.Negated || !(e.IsAssignment() || e.IsEquality()) {
			continue
		}
		v, ok := e.Operand(0).Value.(ast.Var)
		if !ok || uses[v] != 1 || !slices.Contains(messageNames, string(v)) {
			continue
		}
		e.SetOperator(ast.NewTerm(ast.Assign.Ref()))
		r.Head = denial(r, ast.NewTerm(v))
		return true
	}
	return false
}

// referred says whether another rule speaks of this name, which renaming it would break.
func referred(m *ast.Module, name string) bool {
	found := false
	look := func(x any) {
		ast.WalkTerms(x, func(t *ast.Term) bool {
			switch v := t.Value.(type) {
			case ast.Var:
				found = found || string(v) == name
			case ast.String:
				found = found || string(v) == name
			}
			return found
		})
	}
	for _, top := range m.Rules {
		for r := top; r != nil; r = r.Else {
			look(r.Body)
			for _, t := range append([]*ast.Term{r.Head.Key, r.Head.Value}, r.Head.Args...) {
				if t != nil {
					look(t)
				}
			}
		}
	}
	return found
}
