package main

import (
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Problem is something that is wrong in a module, or seldom meant. Row and Col count from 1; 0 where nobody knows.
type Problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	File    string `json:"file"`
	Row     int    `json:"row,omitempty"`
	Col     int    `json:"col,omitempty"`
}

func problem(code, message string, at *ast.Location) Problem {
	p := Problem{Code: code, Message: message}
	if at != nil {
		p.File, p.Row, p.Col = at.File, at.Row, at.Col
	}
	return p
}

// problemsOf lists what an error of OPA holds.
func problemsOf(err error) []Problem {
	var many ast.Errors
	var one *ast.Error
	var run *topdown.Error
	switch {
	// First, because it may wrap what a builtin has read.
	case errors.As(err, &run):
		return []Problem{problem(run.Code, run.Message, run.Location)}
	case errors.As(err, &many):
		problems := make([]Problem, 0, len(many))
		for _, each := range many {
			problems = append(problems, problem(each.Code, withDetails(each), each.Location))
		}
		return problems
	case errors.As(err, &one):
		return []Problem{problem(one.Code, withDetails(one), one.Location)}
	default:
		return []Problem{problem("error", err.Error(), nil)}
	}
}

// withDetails adds what OPA knows beyond the message: which types were had and wanted, or the line that does not parse.
func withDetails(err *ast.Error) string {
	message := err.Message
	if err.Details == nil || err.Code == ast.ParseErr {
		return message
	}
	for _, line := range err.Details.Lines() {
		if line != "" {
			message += "; " + line
		}
	}
	return message
}
