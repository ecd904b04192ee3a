package main

import (
	"encoding/json"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

var jsonKinds = map[string]kind{
	"null": kNull, "boolean": kBool, "integer": kNumber, "number": kNumber, "string": kString, "array": kArray, "object": kObject,
}

// schemaDepth bounds how deep a schema is followed, so that one that refers to itself ends.
const schemaDepth = 24

// readSchema reads a JSON schema; nil when there is none.
func readSchema(raw []byte) *shape {
	var root any
	if len(raw) == 0 || json.Unmarshal(raw, &root) != nil {
		return nil
	}
	return fromSchema(root, root, schemaDepth)
}

// input is what is known of the input: what the package says of it in its metadata, as `opa check` takes it, or else what
// holds for all modules. Packages that others ask than the gate have an input of their own.
func (s *scope) input() *shape {
	if s.rule.Module == nil {
		return s.a.input
	}
	for _, a := range s.rule.Module.Annotations {
		if a.Scope != "package" && a.Scope != "subpackages" {
			continue
		}
		for _, of := range a.Schemas {
			if !of.Path.Equal(ast.InputRootRef) {
				continue
			}
			if of.Definition == nil {
				return nil
			}
			return fromSchema(*of.Definition, *of.Definition, schemaDepth)
		}
	}
	return s.a.input
}

func fromSchema(root, node any, depth int) *shape {
	m, ok := node.(map[string]any)
	if !ok || depth == 0 {
		return anything
	}
	if ref, ok := m["$ref"].(string); ok {
		return fromSchema(root, follow(root, ref), depth-1)
	}
	for _, word := range []string{"anyOf", "oneOf"} {
		if list, ok := m[word].([]any); ok {
			var all *shape
			for _, one := range list {
				all = either(all, fromSchema(root, one, depth-1))
			}
			if all != nil {
				return all
			}
		}
	}
	s := &shape{kinds: schemaKinds(m)}
	if props, ok := m["properties"].(map[string]any); ok {
		if m["type"] == nil {
			s.kinds = kObject
		}
		required := map[string]bool{}
		list, _ := m["required"].([]any)
		for _, name := range list {
			if name, ok := name.(string); ok {
				required[name] = true
			}
		}
		s.props = map[string]prop{}
		for name, p := range props {
			s.props[name] = prop{fromSchema(root, p, depth-1), required[name]}
		}
		more, said := m["additionalProperties"]
		s.closed = s.kinds == kObject && (!said || more == false)
	}
	for _, word := range []string{"items", "additionalProperties"} {
		if inner, ok := m[word].(map[string]any); ok {
			s.rest = either(s.rest, fromSchema(root, inner, depth-1))
		}
	}
	tuple, ok := m["prefixItems"].([]any)
	if !ok {
		tuple, _ = m["items"].([]any)
	}
	// A tuple's elements are only sure to be there when the schema says how many there are at least.
	if least, _ := m["minItems"].(float64); int(least) >= len(tuple) {
		for _, one := range tuple {
			s.tuple = append(s.tuple, fromSchema(root, one, depth-1))
		}
	}
	return s
}

func schemaKinds(m map[string]any) kind {
	var kinds kind
	switch t := m["type"].(type) {
	case string:
		kinds = jsonKinds[t]
	case []any:
		for _, one := range t {
			if name, ok := one.(string); ok {
				kinds |= jsonKinds[name]
			}
		}
	}
	values, _ := m["enum"].([]any)
	if c, ok := m["const"]; ok {
		values = []any{c}
	}
	if kinds == 0 {
		for _, v := range values {
			kinds |= kindOf(ast.MustInterfaceToValue(v))
		}
	}
	if kinds == 0 {
		return kAny
	}
	return kinds
}

func follow(root any, ref string) any {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	for step := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		m, ok := root.(map[string]any)
		if !ok {
			return nil
		}
		if step != "" {
			root = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(step)]
		}
	}
	return root
}
