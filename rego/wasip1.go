//go:build wasip1

package main

import (
	"runtime/debug"
	"unsafe"
)

// What is asked is written into `in`; `out` keeps the last answer where the collector leaves it until the next call.
var in, out []byte

const largestKept = 1 << 20

// sallyport_room gives the place of n bytes.
//
//go:wasmexport sallyport_room
func room(n uint32) uint32 {
	if n = max(n, 1); uint32(cap(in)) < n || cap(in) > largestKept {
		in = make([]byte, n)
	}
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(in))))
}

// sallyport_call answers the n bytes that were written: place and length of the answer in one number.
//
//go:wasmexport sallyport_call
func callBytes(n uint32) uint64 { return answered(call(in[:n])) }

//go:wasmexport sallyport_decide
func decideBytes(program, ask, n, deadline uint32) uint64 {
	return answered(decide(program, ask, in[:n], deadline))
}

// sallyport_memory has the collector keep below so many bytes where it can.
//
//go:wasmexport sallyport_memory
func memory(bytes uint32) { debug.SetMemoryLimit(int64(bytes)) }

func answered(answer []byte) uint64 {
	out = answer
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(out))))<<32 | uint64(len(out))
}
