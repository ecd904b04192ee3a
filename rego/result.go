package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// ofData is what the rules (or the package) at the start of a reference below `data` yield, and how many of its steps
// that covers. Data documents are not known when a policy loads.
func (a *analysis) ofData(ref ast.Ref) (value, int) {
	node := a.c.RuleTree.Child(ref[0].Value)
	for i := 1; node != nil && i < len(ref); i++ {
		if node = node.Child(ref[i].Value); node == nil {
			break
		}
		if len(node.Values) > 0 {
			return a.result(node.Values), i + 1
		}
		if i == len(ref)-1 {
			return value{only(kObject), true}, len(ref)
		}
	}
	return unknown, len(ref)
}

// result is what rules of one name yield, or functions of one name return.
func (a *analysis) result(rules []*ast.Rule) value {
	if known, ok := a.results[rules[0]]; ok {
		return known
	}
	a.results[rules[0]] = unknown // recursion is an error in Rego, but not one for this to hang on
	var out value
	for _, top := range rules {
		for r := top; r != nil; r = r.Else {
			s := a.scope(r)
			switch {
			case r.Head.RuleKind() == ast.MultiValue:
				out.shape, out.sure = either(out.shape, &shape{kinds: kSet, rest: s.value(r.Head.Key).shape}), true
			case len(r.Head.Args) == 0 && !r.Head.Reference.IsGround():
				out.shape, out.sure = either(out.shape, &shape{kinds: kObject, rest: s.value(r.Head.Value).shape}), true
			default:
				out.shape = either(out.shape, s.value(r.Head.Value).shape)
				out.sure = out.sure || r.Default || s.always()
			}
		}
	}
	a.results[rules[0]] = out
	return out
}

// always says that a body holds for every input: it only names things that are sure to be there.
func (s *scope) always() bool {
	for _, e := range s.exprs {
		if e.Negated || len(e.With) > 0 {
			return false
		}
		if t, ok := e.Terms.(*ast.Term); ok && ast.Boolean(true).Equal(t.Value) {
			continue
		}
		if v, ok := s.assigned(e); !ok || !s.plainSure(v) {
			return false
		}
	}
	return true
}

// plainSure asks without the facts of the body itself: they hold only if it does.
func (s *scope) plainSure(v ast.Var) bool {
	b, at, _ := s.lookup(v)
	if b.term == nil {
		return false
	}
	bare := &scope{a: s.a, up: nil, rule: s.rule, args: s.args, bound: at.bound, values: map[ast.Var]value{}, keys: map[ast.Var]string{}, facts: &facts{}}
	return bare.plain(b.term).sure
}

// assigned is the variable to which an expression gives its value.
func (s *scope) assigned(e *ast.Expr) (ast.Var, bool) {
	terms, ok := e.Terms.([]*ast.Term)
	if !ok {
		return "", false
	}
	for _, t := range terms[1:] {
		if v, ok := t.Value.(ast.Var); ok {
			if b, ok := s.bound[v]; ok && b.by == e && b.term != nil {
				return v, true
			}
		}
	}
	return "", false
}

// argument is the shape of a function's argument over all its callers; with none it may be anything.
func (a *analysis) argument(r *ast.Rule, i int) *shape {
	name := r.Ref().String()
	id := argument{name, i}
	if known, ok := a.args[id]; ok {
		return known
	}
	a.args[id] = anything
	var out *shape
	for _, c := range a.calls[name] {
		if i < len(c.args) {
			out = either(out, c.scope.value(c.args[i]).shape)
		}
	}
	if out == nil {
		out = anything
	}
	a.args[id] = out
	return out
}

func (s *scope) ofCall(call ast.Call) value {
	name := call[0].String()
	sure := true
	args := make([]value, len(call)-1)
	for i, t := range call[1:] {
		args[i] = s.value(t)
		sure = sure && args[i].sure
	}
	decl := ast.BuiltinMap[name]
	if decl == nil {
		ref, _ := call[0].Value.(ast.Ref)
		rules := s.a.c.GetRulesExact(ref)
		if len(rules) == 0 {
			return unknown
		}
		out := s.a.result(rules)
		return value{out.shape, sure && out.sure}
	}
	switch {
	case name == ast.ObjectGet.Name && len(args) == 3:
		return value{either(s.get(args[0].shape, call[2]), args[2].shape), sure}
	// The greatest and the least of nothing are undefined.
	case name == ast.Max.Name || name == ast.Min.Name:
		return value{args[0].shape.element(), false}
	case name == ast.Sort.Name:
		return value{&shape{kinds: kArray, rest: args[0].shape.element()}, sure}
	}
	var result types.Type = types.A
	if decl.Decl.Result() != nil {
		result = decl.Decl.Result()
	}
	return value{fromType(result), sure}
}

// get is what object.get finds: under a key, or along an array of keys.
func (s *scope) get(from *shape, path *ast.Term) *shape {
	path = s.root(path)
	keys, ok := path.Value.(*ast.Array)
	if v, isVar := path.Value.(ast.Var); isVar {
		if b, _, found := s.lookup(v); found && b.term != nil {
			path = b.term
			keys, ok = path.Value.(*ast.Array)
		}
	}
	if !ok {
		if !ast.IsConstant(path.Value) {
			return from.element()
		}
		out, _ := from.at(path.Value)
		return out
	}
	for i := range keys.Len() {
		if !ast.IsConstant(keys.Elem(i).Value) {
			return anything
		}
		from, _ = from.at(keys.Elem(i).Value)
	}
	return from
}
