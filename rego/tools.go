package main

import (
	"context"
	"math"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/util"
)

type formatted struct {
	Problems []Problem `json:"problems"`
	// The modules that could be read, as they should look.
	Modules []Module `json:"modules"`
}

func formatAll(modules []Module) formatted {
	result := formatted{[]Problem{}, []Module{}}
	for _, module := range modules {
		if _, problems := parse([]Module{module}); len(problems) > 0 {
			result.Problems = append(result.Problems, problems...)
			continue
		}
		text, err := format.SourceWithOpts(module.File, []byte(module.Source), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			result.Problems = append(result.Problems, problemsOf(err)...)
			continue
		}
		result.Modules = append(result.Modules, Module{module.File, string(text)})
	}
	return result
}

type checked struct {
	Problems []Problem `json:"problems"`
	Warnings []Problem `json:"warnings"`
}

// check says what is wrong with modules. What only a strict reading refuses is a problem when `strict`, a warning otherwise.
func check(source Source, strict bool) checked {
	result := checked{[]Problem{}, []Problem{}}
	wrong := func(err error) checked { return checked{problemsOf(err), []Problem{}} }
	store, err := openStore(source.Data)
	if err != nil {
		return wrong(err)
	}
	schemas, err := schemaSet(source.Schema)
	if err != nil {
		return wrong(err)
	}
	modules, problems := parse(source.Modules)
	if len(problems) > 0 {
		result.Problems = told(problems, source)
		return result
	}
	c := newCompiler(true, schemas)
	if problems := compile(c, modules, store); len(problems) > 0 {
		lenient := newCompiler(false, schemas)
		if strict || len(compile(lenient, modules, store)) > 0 {
			result.Problems = told(problems, source)
			return result
		}
		c = lenient
		result.Warnings = problems
	}
	traps, meant := findTraps(c, modules, []byte(source.Schema))
	result.Problems = append(result.Problems, told(traps, source)...)
	result.Warnings = append(result.Warnings, meant...)
	return result
}

type tested struct {
	Problems []Problem `json:"problems,omitempty"`
	Tests    []test    `json:"tests"`
	Coverage *coverage `json:"coverage,omitempty"`
}

type test struct {
	Package string `json:"package"`
	Name    string `json:"name"`
	File    string `json:"file"`
	Row     int    `json:"row"`
	// pass, fail, error or skip.
	Outcome string `json:"outcome"`
	// Why it is an error.
	Message string `json:"message,omitempty"`
	// What it printed.
	Output string  `json:"output,omitempty"`
	Ms     float64 `json:"ms"`
}

type coverage struct {
	Percent float64        `json:"percent"`
	Files   []fileCoverage `json:"files"`
}

// Lines are pairs: the first and the last.
type fileCoverage struct {
	File       string   `json:"file"`
	Percent    float64  `json:"percent"`
	Covered    [][2]int `json:"covered"`
	NotCovered [][2]int `json:"notCovered"`
}

func runTests(source Source, measured bool) tested {
	wrong := func(problems []Problem) tested { return tested{Problems: problems} }
	store, err := openStore(source.Data)
	if err != nil {
		return wrong(problemsOf(err))
	}
	modules, problems := parse(source.Modules)
	if len(problems) > 0 {
		return wrong(problems)
	}
	ctx := context.Background()
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return wrong(problemsOf(err))
	}
	defer store.Abort(ctx, txn)
	runner := tester.NewRunner().
		SetParallel(1).
		SetStore(store).
		SetModules(modules).
		SetCompiler(newCompiler(false, nil).WithEnablePrintStatements(true)).
		SetDefaultRegoVersion(ast.RegoV1).
		CapturePrintOutput(true).
		RaiseBuiltinErrors(true).
		// Whoever runs this program ends it sooner.
		SetTimeout(time.Hour)
	cov := cover.New()
	if measured {
		runner = runner.SetCoverageQueryTracer(cov)
	}
	results, err := runner.RunTests(ctx, txn)
	if err != nil {
		return wrong(problemsOf(err))
	}
	found := tested{Tests: []test{}}
	for result := range results {
		found.Tests = append(found.Tests, readTest(result))
	}
	if measured {
		found.Coverage = readCoverage(cov.Report(modules), modules)
	}
	return found
}

func readTest(result *tester.Result) test {
	read := test{
		Package: result.Package,
		Name:    result.Name,
		Outcome: "pass",
		Output:  string(result.Output),
		Ms:      float64(result.Duration.Microseconds()) / 1000,
	}
	if result.Location != nil {
		read.File, read.Row = result.Location.File, result.Location.Row
	}
	switch {
	case result.Skip:
		read.Outcome = "skip"
	case result.Error != nil:
		read.Outcome, read.Message = "error", result.Error.Error()
	case result.Fail:
		read.Outcome = "fail"
	}
	return read
}

// readCoverage leaves the tests themselves out: they say nothing of what they reach.
func readCoverage(report cover.Report, modules map[string]*ast.Module) *coverage {
	read := &coverage{Files: []fileCoverage{}}
	covered, all := 0, 0
	for _, file := range util.KeysSorted(modules) {
		if isTest(modules[file]) {
			continue
		}
		each := report.Files[file]
		read.Files = append(read.Files, fileCoverage{
			file, round(each.Coverage), lines(each.Covered), lines(each.NotCovered),
		})
		covered += each.CoveredLines
		all += each.CoveredLines + each.NotCoveredLines
	}
	if all > 0 {
		read.Percent = round(100 * float64(covered) / float64(all))
	}
	return read
}

func round(percent float64) float64 { return math.Round(100*percent) / 100 }

func lines(ranges []cover.Range) [][2]int {
	pairs := [][2]int{}
	for _, each := range ranges {
		first, last := each.Start.Row, each.End.Row
		if n := len(pairs); n > 0 && first <= pairs[n-1][1]+1 {
			pairs[n-1][1] = max(last, pairs[n-1][1])
		} else {
			pairs = append(pairs, [2]int{first, last})
		}
	}
	return pairs
}
