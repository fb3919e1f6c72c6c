"""Times PyTorch's long convolutions on a GPU: torch_convolution.py REQUEST.json prints lines of JSON, first one about
itself, then one for each result as soon as it is there.

The same algebra as a user would write it: spectra of the zero-padded signal times that of the kernel, which is there
already, back, plus skip. `rfft` uses real transforms, `complex` complex ones. Signals of 16 bits are converted to
float32 for the transforms, which PyTorch cannot do in bfloat16. Backward is autograd's, with the graph kept.
"""

import json
import math
import sys


def answer(value):
    print(json.dumps(value), flush=True)


try:
    import torch
except ImportError as absent:
    answer({"absent": "python3 has no torch (%s)" % absent})
    sys.exit(0)

if not torch.cuda.is_available():
    answer({"absent": "torch %s finds no CUDA device" % torch.__version__})
    sys.exit(0)

DEVICE = torch.device("cuda:0")
TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def spectrum(kernel, path):
    transform = torch.fft.rfft if path == "rfft" else torch.fft.fft
    return transform(kernel, n=2 * kernel.shape[-1])


def convolve(u, k_spectrum, skip, path):
    length = u.shape[-1]
    x = u.float()
    if path == "rfft":
        y = torch.fft.irfft(torch.fft.rfft(x, n=2 * length) * k_spectrum, n=2 * length)
    else:
        y = torch.fft.ifft(torch.fft.fft(x, n=2 * length) * k_spectrum).real
    return (y[..., :length] + skip[:, None] * x).to(u.dtype)


def measure(work, seconds):
    """Samples of several calls between two CUDA events each, in milliseconds a call."""

    def sample(first, calls):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        for i in range(calls):
            work(first + i)
        end.record()
        torch.cuda.synchronize()
        return begin.elapsed_time(end) / calls

    sample(0, 2)
    once = sample(2, 1)
    calls = max(1, min(1000, math.ceil(20 / once)))
    count, spent, samples = 3, 0.0, []
    while len(samples) < 5 or (len(samples) < 51 and spent < 1e3 * seconds):
        samples.append(sample(count, calls))
        count += calls
        spent += samples[-1] * calls
    return {"samplesMs": samples, "calls": calls * len(samples)}


def run(case, path, request):
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    batch, hidden, length = case["batch"], case["hidden"], case["length"]
    dtype = TYPES[case["type"]]
    signal_bytes = batch * hidden * length * dtype.itemsize
    sets = int(max(1, min(16, request["rotation"] // (2 * signal_bytes) + 1)))
    backward = case["operation"] == "backward"
    generator = torch.Generator(device=DEVICE).manual_seed(11)

    def normal(*dims, of=dtype):
        return torch.randn(*dims, device=DEVICE, generator=generator).to(of)

    u = [normal(batch, hidden, length) for _ in range(sets)]
    kernel = normal(hidden, length, of=torch.float32) / math.sqrt(length)
    skip = normal(hidden, of=torch.float32)
    if not backward:
        with torch.no_grad():
            k_spectrum = spectrum(kernel, path)
            times = measure(lambda i: convolve(u[i % sets], k_spectrum, skip, path), request["seconds"])
    else:
        dy = normal(batch, hidden, length)
        leaves = [u[0].requires_grad_(), kernel.requires_grad_(), skip.requires_grad_()]
        y = convolve(leaves[0], spectrum(leaves[1], path), leaves[2], path)
        times = measure(lambda i: torch.autograd.grad(y, leaves, dy, retain_graph=True), request["seconds"])
    times["peakBytes"] = torch.cuda.max_memory_allocated()
    return times


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    answer({"version": torch.__version__})
    for case in request["cases"]:
        for path in ("rfft", "complex"):
            result = {"case": case["case"], "path": path}
            try:
                result.update(run(case, path, request))
            except torch.cuda.OutOfMemoryError:
                result["failure"] = "out of memory"
            except RuntimeError as failure:
                result["failure"] = str(failure).splitlines()[0]
            answer(result)


if __name__ == "__main__":
    main()
