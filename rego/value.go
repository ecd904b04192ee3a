package main

import (
	"github.com/open-policy-agent/opa/v1/ast"
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
			input := s.input()
			if input == nil {
				return value{anything, len(ref) == 1}
			}
			v = value{input, true}
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
