package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// value is what is known of a term: its shape, and whether it is sure to be defined.
type value struct {
	shape *shape
	sure  bool
}

var unknown = value{anything, false}

// value looks at a term where it stands: with what the rest of the body says of it.
func (s *scope) value(t *ast.Term) value {
	f := s.allFacts()
	v := s.plain(t)
	switch t.Value.(type) {
	case ast.Var, ast.Ref, ast.Call:
		key := s.key(t)
		v.shape = v.shape.masked(f.kindOf(s, key))
		v.sure = v.sure || f.proven(s, key)
	}
	return v
}

func (s *scope) plain(t *ast.Term) value {
	switch x := t.Value.(type) {
	case ast.Var:
		return s.ofVar(x)
	case ast.Ref:
		return s.ofRef(x)
	case ast.Call:
		return s.ofCall(x)
	case *ast.Array:
		v := value{&shape{kinds: kArray}, true}
		for i := range x.Len() {
			one := s.value(x.Elem(i))
			v.shape.tuple = append(v.shape.tuple, one.shape)
			v.sure = v.sure && one.sure
		}
		return v
	case ast.Object:
		v := value{&shape{kinds: kObject, props: map[string]prop{}}, true}
		x.Foreach(func(k, val *ast.Term) {
			one := s.value(val)
			v.sure = v.sure && one.sure
			if name, ok := k.Value.(ast.String); ok {
				v.shape.props[string(name)] = prop{one.shape, true}
			} else {
				v.shape.rest = either(v.shape.rest, one.shape)
			}
		})
		return v
	case ast.Set:
		v := value{&shape{kinds: kSet}, true}
		x.Foreach(func(e *ast.Term) {
			one := s.value(e)
			v.shape.rest = either(v.shape.rest, one.shape)
			v.sure = v.sure && one.sure
		})
		return v
	case *ast.ArrayComprehension:
		return value{s.collected(x, kArray, x.Term), true}
	case *ast.SetComprehension:
		return value{s.collected(x, kSet, x.Term), true}
	case *ast.ObjectComprehension:
		return value{s.collected(x, kObject, x.Value), true}
	}
	return value{only(kindOf(t.Value)), true}
}

func (s *scope) collected(comprehension any, k kind, element *ast.Term) *shape {
	if inner := s.a.inner[comprehension]; inner != nil {
		return &shape{kinds: k, rest: inner.value(element).shape}
	}
	return only(k)
}

// ofVar: a variable that the author wrote is defined wherever it can be read; one that the compiler made is as sure as
// what it stands for.
func (s *scope) ofVar(v ast.Var) value {
	b, at, ok := s.lookup(v)
	if !ok {
		if i, arg := s.argument(v); arg {
			return value{s.a.argument(s.rule, i), true}
		}
		return value{anything, true}
	}
	if known, ok := at.values[v]; ok {
		return known
	}
	at.values[v] = value{anything, s.written(v)} // while it is being looked at
	var out value
	switch {
	case b.term != nil:
		out = at.value(b.term)
	case b.over != nil:
		out = value{keysOf(at.value(b.over).shape), true}
	default:
		out = unknown
	}
	out.sure = out.sure || s.written(v)
	if at.busy {
		delete(at.values, v) // looked at before all of the body was
	} else {
		at.values[v] = out
	}
	return out
}

// keysOf is the shape of the keys of a collection; a set's elements are their own keys.
func keysOf(s *shape) *shape {
	switch s.kinds {
	case kArray:
		return only(kNumber)
	case kObject:
		return only(kString)
	case kSet:
		return s.element()
	}
	return anything
}

func (s *scope) ofRef(ref ast.Ref) value {
	var v value
	from := 1
	switch head := ref[0].Value.(type) {
	case ast.Var:
		switch head {
		case ast.InputRootDocument.Value.(ast.Var):
			if s.a.input == nil {
				return value{anything, len(ref) == 1}
			}
			v = value{s.a.input, true}
		case ast.DefaultRootDocument.Value.(ast.Var):
			v, from = s.a.ofData(ref)
		default:
			v = s.value(ref[0])
		}
	default:
		v = s.value(ref[0])
	}
	f := s.allFacts()
	for i := from; i < len(ref); i++ {
		step, sure := v.shape.element(), false
		if ast.IsConstant(ref[i].Value) {
			step, sure = v.shape.at(ref[i].Value)
		} else if k, ok := ref[i].Value.(ast.Var); ok {
			// What a variable runs over has an element for it.
			b, at, found := s.lookup(k)
			sure = found && b.over != nil && at.key(b.over) == s.key(ast.NewTerm(ref[:i]))
		}
		v = value{step, v.sure && sure}
		key := s.key(ast.NewTerm(ref[:i+1]))
		v.shape = v.shape.masked(f.kindOf(s, key))
		v.sure = v.sure || f.proven(s, key)
	}
	return v
}

// ofData is what the rules (or the package) at the start of a reference below `data` yield, and how many of its steps
// that covers. Data documents are not known when a policy loads.
func (a *analysis) ofData(ref ast.Ref) (value, int) {
	node := a.c.RuleTree.Child(ref[0].Value)
	for i := 1; node != nil && i < len(ref); i++ {
		if node = node.Child(ref[i].Value); node == nil {
			break
		}
		var rules []*ast.Rule
		for _, r := range node.Values {
			rules = append(rules, r)
		}
		if len(rules) > 0 {
			return a.result(rules), i + 1
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
	id := name + " " + string(rune('0'+i))
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
