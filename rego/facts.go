package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// facts are what must be so wherever a body holds, by the key of the term that they are about. The order of a body's
// expressions does not matter to Rego, nor here.
type facts struct {
	kinds   map[string]kind
	present map[string]bool
}

func (f *facts) narrow(key string, k kind) {
	if old, ok := f.kinds[key]; ok {
		k &= old
	}
	f.kinds[key] = k
}

// kindOf is what this body and those around it allow.
func (f *facts) kindOf(s *scope, key string) kind {
	k := kAny
	for at := s; at != nil; at = at.up {
		if at.facts != nil {
			if own, ok := at.facts.kinds[key]; ok {
				k &= own
			}
		}
	}
	return k
}

func (f *facts) proven(s *scope, key string) bool {
	for at := s; at != nil; at = at.up {
		if at.facts != nil && at.facts.present[key] {
			return true
		}
	}
	return false
}

var typeTests = map[string]kind{
	ast.IsNumber.Name: kNumber, ast.IsString.Name: kString, ast.IsBoolean.Name: kBool, ast.IsArray.Name: kArray,
	ast.IsSet.Name: kSet, ast.IsObject.Name: kObject, ast.IsNull.Name: kNull,
}

// tellers put values into texts. A field named in a message only is no sign that the rule was meant for those who have it.
var tellers = map[string]bool{ast.Sprintf.Name: true, ast.Concat.Name: true, ast.FormatInt.Name: true, ast.JSONMarshal.Name: true}

func (s *scope) allFacts() *facts {
	if s.up != nil {
		s.up.allFacts()
	}
	if s.facts != nil {
		return s.facts
	}
	s.facts, s.busy = &facts{kinds: map[string]kind{}, present: map[string]bool{}}, true
	for _, e := range s.exprs {
		if !e.Negated && len(e.With) == 0 {
			s.learn(e)
		}
	}
	s.busy = false
	return s.facts
}

func (s *scope) learn(e *ast.Expr) {
	switch t := e.Terms.(type) {
	case *ast.Term:
		s.present(t)
		if ref, ok := t.Value.(ast.Ref); ok {
			s.adopt(s.a.c.GetRulesExact(ref), nil)
		}
	case []*ast.Term:
		s.learnCall(e, t)
	}
}

func (s *scope) learnCall(e *ast.Expr, terms []*ast.Term) {
	op, ok := terms[0].Value.(ast.Ref)
	if !ok {
		return
	}
	name, operands := op.String(), terms[1:]
	if name == ast.NotEqual.Name {
		return
	}
	_, assigns := s.assigned(e)
	if !e.Generated {
		for _, t := range operands {
			if !assigns || !s.tells(t) {
				s.present(t)
			}
		}
	}
	if name == ast.Equality.Name && len(operands) == 2 {
		s.equal(operands[0], operands[1])
		s.equal(operands[1], operands[0])
		return
	}
	decl := ast.BuiltinMap[name]
	if decl == nil {
		s.adopt(s.a.c.GetRulesExact(op), operands)
		return
	}
	if k, ok := typeTests[name]; ok && len(operands) == 1 {
		s.facts.narrow(s.key(operands[0]), k)
	}
	if name == ast.Member.Name && len(operands) == 2 {
		s.facts.narrow(s.key(operands[0]), s.value(operands[1]).shape.element().kinds)
	}
	// What a builtin does not take ends the evaluation.
	for i, t := range decl.Decl.FuncArgs().Args {
		if i < len(operands) {
			if k := fromType(t).kinds; k != kAny {
				s.facts.narrow(s.key(operands[i]), k)
			}
		}
	}
}

func (s *scope) equal(a, b *ast.Term) {
	if !ast.IsConstant(b.Value) {
		return
	}
	s.facts.narrow(s.key(a), kindOf(b.Value))
	// type_name(x) == "number"
	if v, ok := a.Value.(ast.Var); ok {
		if bound, at, ok := s.lookup(v); ok && bound.term != nil {
			call, isCall := bound.term.Value.(ast.Call)
			name, isName := b.Value.(ast.String)
			if isCall && isName && call[0].String() == ast.TypeNameBuiltin.Name {
				for _, n := range kindNames {
					if n.name == string(name) {
						s.facts.narrow(at.key(call[1]), n.k)
					}
				}
			}
		}
	}
}

// tells says that a term is the value of a call that makes a text, or a structure for one.
func (s *scope) tells(t *ast.Term) bool {
	switch x := s.root(t).Value.(type) {
	case ast.Var:
		if b, _, ok := s.lookup(x); ok && b.term != nil {
			call, isCall := b.term.Value.(ast.Call)
			return isCall && tellers[call[0].String()]
		}
	case *ast.Array, ast.Object, ast.Set:
		return true
	}
	return false
}

// present notes that a test needs a term, and so every field on the way to it.
func (s *scope) present(t *ast.Term) {
	switch x := t.Value.(type) {
	case ast.Var:
		if b, at, ok := s.lookup(x); ok && b.term != nil && !s.written(x) && at == s {
			s.present(b.term)
		}
	case ast.Ref:
		for i := 1; i <= len(x); i++ {
			s.facts.present[s.key(ast.NewTerm(x[:i]))] = true
		}
		for _, step := range x {
			if _, ok := step.Value.(ast.Var); ok {
				s.present(step)
			}
		}
	case ast.Call:
		for _, arg := range x[1:] {
			s.present(arg)
		}
	}
}
