package main

import (
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// reads lists the fields of the input that compiled modules speak of, so that no others need be made and read for a
// decision; nil where one of them takes the input as a whole, or a field whose name it computes.
func reads(c *ast.Compiler) []string {
	fields := map[string]bool{}
	whole := false
	var visit func(x any) bool
	visitor := ast.NewGenericVisitor(func(x any) bool { return visit(x) })
	visit = func(x any) bool {
		switch x := x.(type) {
		case ast.Ref:
			if !x.HasPrefix(ast.InputRootRef) {
				return false
			}
			if len(x) == 1 {
				whole = true
				return true
			}
			if name, ok := x[1].Value.(ast.String); ok {
				fields[string(name)] = true
			} else {
				whole = true
			}
			for _, term := range x[2:] {
				visitor.Walk(term)
			}
			return true
		case ast.Var:
			whole = whole || x.Equal(ast.InputRootDocument.Value)
		}
		return whole
	}
	for _, module := range c.Modules {
		visitor.Walk(module)
	}
	if whole {
		return nil
	}
	names := []string{}
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
