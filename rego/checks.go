package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

var orderings = map[string]bool{
	ast.LessThan.Name: true, ast.LessThanEq.Name: true, ast.GreaterThan.Name: true, ast.GreaterThanEq.Name: true,
}

func callOf(e *ast.Expr) (string, []*ast.Term) {
	terms, ok := e.Terms.([]*ast.Term)
	if !ok {
		return "", nil
	}
	return terms[0].String(), terms[1:]
}

// mixed finds orderings of values that may be of different types.
func (s *scope) mixed(e *ast.Expr) []Problem {
	name, operands := callOf(e)
	if !orderings[name] || len(operands) < 2 {
		return nil
	}
	a, b := operands[0], operands[1]
	ka, kb := s.value(a).shape.kinds, s.value(b).shape.kinds
	if len(e.With) > 0 {
		ka, kb = s.constantKind(a), s.constantKind(b)
	}
	if ka == kb && ka.one() {
		return nil
	}
	op := ast.BuiltinMap[name].Infix
	written := s.text(a) + " " + op + " " + s.text(b)
	if ka.one() && kb.one() {
		return []Problem{s.at(e, trapMixed, fmt.Sprintf(
			"`%s` compares a %s with a %s. Rego orders types, null < boolean < number < string < array < object < set, so that this is the same answer whatever the values. Convert one of them, as with to_number(x).",
			written, ka, kb))}
	}
	guards, loose := guardsFor(s, a, b, ka, kb)
	s.a.guards[placeOf(e)] = guards
	advice := strings.Join(append(slices.Clone(guards), written), "; ")
	if strings.Contains(advice, "[_]") {
		advice += "`, with a name for `_"
	}
	return []Problem{s.at(e, trapMixed, fmt.Sprintf(
		"`%s`: %s. Rego orders types, null < boolean < number < string < array < object < set, so that null <= 3200 and \"5000\" > 3200 are true. Write `%s`, and decide apart what is of another type.",
		written, strings.Join(loose, ", and "), advice))}
}

// guardsFor is what makes a comparison one of numbers, or of strings where the other side is one.
func guardsFor(s *scope, a, b *ast.Term, ka, kb kind) (guards, loose []string) {
	test := "is_number"
	if ka == kString || kb == kString {
		test = "is_string"
	}
	for _, side := range []struct {
		t *ast.Term
		k kind
	}{{a, ka}, {b, kb}} {
		if !side.k.one() {
			guards = append(guards, fmt.Sprintf("%s(%s)", test, s.text(side.t)))
			loose = append(loose, fmt.Sprintf("%s may be %s", s.text(side.t), side.k))
		}
	}
	return guards, loose
}

// constantKind is what is sure of a term's type whatever `with` puts in the input's place.
func (s *scope) constantKind(t *ast.Term) kind {
	if b, ok := s.resolved(t); ok {
		t = b
	}
	if ast.IsConstant(t.Value) {
		return kindOf(t.Value)
	}
	return kAny
}

func (s *scope) resolved(t *ast.Term) (*ast.Term, bool) {
	v, ok := s.root(t).Value.(ast.Var)
	if !ok {
		return s.root(t), true
	}
	b, _, ok := s.lookup(v)
	if !ok || b.term == nil {
		return nil, false
	}
	return b.term, true
}

// notUndefined finds a `not` over a call whose arguments OPA evaluates before the `not`: where one of them is undefined, so
// is the whole, and the rule silently never fires.
func (s *scope) notUndefined(e *ast.Expr) []Problem {
	missing := s.missing(e)
	if len(missing) == 0 {
		return nil
	}
	advice := s.askFirst(e, missing)
	if advice == "" {
		advice = "Write `import future.keywords.not` below the package, which makes it true then" + orDefault(missing[0], `""`)
	}
	return []Problem{s.at(e, trapNot, fmt.Sprintf(
		"`%s` is not true when %s is missing: Rego looks that up before it negates, and undefined is not false, so that the rule silently never fires. %s.",
		source(e), strings.Join(missing, " or "), advice))}
}

// notEqual finds a `!=` that is undefined, and so holds for nobody who leaves the field out.
func (s *scope) notEqual(e *ast.Expr) []Problem {
	name, operands := callOf(e)
	if name != ast.NotEqual.Name || len(operands) < 2 {
		return nil
	}
	missing := s.missing(e)
	if len(missing) == 0 {
		return nil
	}
	a, b := s.text(operands[0]), s.text(operands[1])
	advice := s.askFirst(e, missing)
	if advice == "" {
		also := ""
		if !s.plainOperand(operands[0]) || !s.plainOperand(operands[1]) {
			also = " under `import future.keywords.not`"
		} else if slices.Contains(decisions, ruleName(s.rule)) {
			s.a.unequal[placeOf(e)] = true
		}
		advice = fmt.Sprintf("Write `not %s == %s`%s%s", a, b, also, orDefault(missing[0], `""`))
	}
	return []Problem{s.at(e, trapNotEqual, fmt.Sprintf("`%s != %s` is undefined, not true, when %s is missing. %s.", a, b, strings.Join(missing, " or "), advice))}
}

// askFirst is the advice where a missing field must not decide for the caller: what allows asks for the field first.
// Elsewhere it is "".
func (s *scope) askFirst(e *ast.Expr, missing []string) string {
	if ruleName(s.rule) != "allow" {
		return ""
	}
	s.a.guards[placeOf(e)] = missing
	return fmt.Sprintf("What allows should ask for the field first: write `%s`", strings.Join(append(slices.Clone(missing), source(e)), "; "))
}

// plainOperand says that OPA looks a term up inside of a `not` and not before it, which it does for bare references.
func (s *scope) plainOperand(t *ast.Term) bool {
	v, ok := t.Value.(ast.Var)
	if !ok || s.written(v) {
		return true
	}
	b, _, ok := s.lookup(v)
	if !ok || b.term == nil {
		return false
	}
	ref, ok := b.term.Value.(ast.Ref)
	return ok && len(s.unsure(ast.NewTerm(ref), map[ast.Var]bool{})) == 0
}

// everyUndefined finds an `every` over something that may not be there, which is undefined, and not true as for nothing.
func (s *scope) everyUndefined(e *ast.Expr) []Problem {
	every, ok := e.Terms.(*ast.Every)
	if !ok {
		return nil
	}
	missing := s.missing(e)
	if len(missing) == 0 {
		return nil
	}
	advice := s.askFirst(e, missing)
	if advice == "" {
		advice = fmt.Sprintf("Test for it in an expression of its own%s", orDefault(missing[0], "[]"))
	}
	return []Problem{s.at(e, trapEvery, fmt.Sprintf(
		"`every` over %s is undefined, and not true as over an empty list, when %s is missing. %s.",
		s.text(every.Domain), strings.Join(missing, " or "), advice))}
}

// missing lists what an expression needs before it is looked at itself and may not be there.
func (s *scope) missing(e *ast.Expr) []string {
	var terms []*ast.Term
	switch t := e.Terms.(type) {
	case *ast.Term:
		terms = []*ast.Term{t}
	case []*ast.Term:
		terms = t[1:]
	case *ast.Every:
		terms = []*ast.Term{t.Domain}
	}
	var out []string
	seen := map[ast.Var]bool{}
	for _, t := range terms {
		for _, name := range s.unsure(t, seen) {
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// unsure names the references below a term that may be missing: those that the compiler put into variables of its own.
func (s *scope) unsure(t *ast.Term, seen map[ast.Var]bool) []string {
	var out []string
	ast.WalkVars(t, func(v ast.Var) bool {
		b, _, ok := s.lookup(v)
		if !ok || seen[v] || s.written(v) || b.over != nil {
			return false
		}
		seen[v] = true
		if b.term == nil {
			out = append(out, s.text(ast.NewTerm(v)))
			return false
		}
		if s.value(ast.NewTerm(v)).sure {
			return false
		}
		below := s.unsure(b.term, seen)
		if _, isCall := b.term.Value.(ast.Call); !isCall || len(below) == 0 {
			out = append(out, s.text(b.term))
		} else {
			out = append(out, below...)
		}
		return false
	})
	return out
}
