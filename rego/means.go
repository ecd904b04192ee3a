package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A module may say that it means what looks like a trap, on the line of the expression, on the line above it, or in the
// comment directly above the rule's head:
//
//	# sallyport: means mixed-comparison
var meansComment = regexp.MustCompile(`^\s*sallyport:\s*(.*)$`)

var traps = []string{trapMixed, trapNot, trapNotEqual, trapEvery}

// claimed is what one module says it means, and what of it was needed.
type claimed struct {
	claims []*claim
	lines  map[int]bool // rows that are nothing but a comment
}

type claim struct {
	row, col int
	code     string
	wrong    string
	used     bool
}

func readClaims(modules map[string]*ast.Module) map[string]*claimed {
	all := map[string]*claimed{}
	for _, m := range modules {
		code := codeRows(m)
		for _, c := range m.Comments {
			file := c.Location.File
			if strings.HasSuffix(file, "_test.rego") {
				continue
			}
			if all[file] == nil {
				all[file] = &claimed{lines: map[int]bool{}}
			}
			if !code[c.Location.Row] {
				all[file].lines[c.Location.Row] = true
			}
			if found := meansComment.FindSubmatch(c.Text); found != nil {
				all[file].add(c.Location, strings.TrimSpace(string(found[1])))
			}
		}
	}
	return all
}

// codeRows are the rows on which something begins that is no comment.
func codeRows(m *ast.Module) map[int]bool {
	rows := map[int]bool{}
	ast.NewGenericVisitor(func(x any) bool {
		if node, ok := x.(ast.Node); ok && node.Loc() != nil {
			if _, comment := x.(*ast.Comment); !comment {
				rows[node.Loc().Row] = true
			}
		}
		return false
	}).Walk(m)
	return rows
}

func (c *claimed) add(at *ast.Location, text string) {
	codes, ok := strings.CutPrefix(text, "means ")
	if !ok {
		c.claims = append(c.claims, &claim{row: at.Row, col: at.Col, wrong: fmt.Sprintf("`sallyport: %s` says nothing: write `sallyport: means CODE`, where CODE is one of %s", text, strings.Join(traps, ", "))})
		return
	}
	for _, code := range strings.FieldsFunc(codes, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		one := &claim{row: at.Row, col: at.Col, code: code}
		if !slices.Contains(traps, code) {
			one.wrong = fmt.Sprintf("there is no trap %q: write one of %s", code, strings.Join(traps, ", "))
		}
		c.claims = append(c.claims, one)
	}
}

// covers says whether a finding in a rule is meant, and remembers that the comment was of use.
func (c *claimed) covers(p Problem, r *ast.Rule) bool {
	covered := false
	if c == nil {
		return false
	}
	for _, one := range c.claims {
		if one.code == p.Code && (one.row == p.Row || (one.row == p.Row-1 && c.lines[one.row]) || c.above(one.row, r.Loc().Row)) {
			one.used, covered = true, true
		}
	}
	return covered
}

// above: from this row down to the rule's head there is nothing but comments.
func (c *claimed) above(row, head int) bool {
	if row >= head {
		return false
	}
	for ; row < head; row++ {
		if !c.lines[row] {
			return false
		}
	}
	return true
}

func (c *claimed) leftOver(file string) []Problem {
	var out []Problem
	for _, one := range c.claims {
		message := one.wrong
		if message == "" && !one.used {
			message = fmt.Sprintf("nothing here is a %s: take `sallyport: means %s` out, or put it on the expression's line, the line above, or directly above its rule", one.code, one.code)
		}
		if message != "" {
			out = append(out, Problem{Code: codeMeans, Message: message, File: file, Row: one.row, Col: one.col})
		}
	}
	return out
}
