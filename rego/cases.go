package main

import (
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// Case is one of OPA's own cases of conformance, which ask more than a policy may: any query, of an input that is a term of Rego.
type Case struct {
	Query string `json:"query"`
	Term  string `json:"term"`
	// Whether an error of a builtin is one of the query.
	StrictErrors bool `json:"strictErrors"`
	// Whether keywords that may still change are known.
	Experimental bool `json:"experimental"`
}

type caseResult struct {
	Code     string           `json:"code,omitempty"`
	Message  string           `json:"message,omitempty"`
	Bindings []map[string]any `json:"bindings"`
}

func runCase(source Source, c Case) caseResult {
	wrong := func(err error) caseResult {
		first := problemsOf(err)[0]
		if known, ok := err.(*topdown.Error); ok {
			first.Message = known.Error()
		}
		return caseResult{Code: first.Code, Message: first.Message}
	}
	store, err := openStore(source.Data)
	if err != nil {
		return wrong(err)
	}
	modules := map[string]*ast.Module{}
	options := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1}
	if c.Experimental {
		options.Capabilities = ast.CapabilitiesForThisVersion(ast.CapabilitiesExperimentalKeywords(true))
	}
	for _, module := range source.Modules {
		if modules[module.File], err = ast.ParseModuleWithOpts(module.File, module.Source, options); err != nil {
			return wrong(err)
		}
	}
	compiler := newCompiler(false, nil)
	if options.Capabilities != nil {
		compiler.WithCapabilities(options.Capabilities)
	}
	if compiler.Compile(modules); compiler.Failed() {
		return wrong(compiler.Errors)
	}
	query, err := rego.New(
		rego.Query(c.Query),
		rego.Compiler(compiler),
		rego.Store(store),
		rego.UnsafeBuiltins(forbidden),
		rego.StrictBuiltinErrors(c.StrictErrors),
		rego.SetRegoVersion(ast.RegoV1),
	).PrepareForEval(context.Background())
	if err != nil {
		return wrong(err)
	}
	asked := []rego.EvalOption{}
	if c.Term != "" {
		term, err := ast.ParseTerm(c.Term)
		if err != nil {
			return wrong(err)
		}
		asked = append(asked, rego.EvalParsedInput(term.Value))
	}
	results, err := query.Eval(context.Background(), asked...)
	if err != nil {
		return wrong(err)
	}
	found := caseResult{Bindings: []map[string]any{}}
	for _, result := range results {
		found.Bindings = append(found.Bindings, result.Bindings)
	}
	return found
}
