"""Makes the file of splines: python make_splines.py FOLDER.

With PyTorch and nflows 0.14 on the path. For each kind, of 6 bins on [-2.5, 2.5] with linear tails: unconstrained parameters
theta in float32, a row for each x, and z and logdet in float64. Of cubic splines nflows has no inverse of that accuracy.
"""

import sys

import torch
from nflows.transforms import splines
from safetensors.torch import save_file

BINS, BOUND, ROWS = 6, 2.5, 200

torch.manual_seed(1)
x = torch.rand(ROWS) * 3 * BOUND - 1.5 * BOUND
sizes = torch.where(torch.arange(ROWS) % 2 == 0, 0.7, 2.0).unsqueeze(1)
arrays = {"x": x}


def add(kind, parameters, function, split):
    theta = sizes * torch.randn(ROWS, parameters)
    parts = theta.double().split(split, 1)
    z, logdet = function(x.double(), *parts, tail_bound=BOUND, tails="linear")
    arrays.update({f"{kind}.theta": theta, f"{kind}.z": z, f"{kind}.logdet": logdet})


add("linear", BINS, splines.unconstrained_linear_spline, BINS)
add("quadratic", 2 * BINS - 1, splines.unconstrained_quadratic_spline, [BINS, BINS - 1])
add("cubic", 2 * BINS + 2, splines.unconstrained_cubic_spline, [BINS, BINS, 1, 1])
save_file(arrays, f"{sys.argv[1]}/splines-nflows.safetensors")
