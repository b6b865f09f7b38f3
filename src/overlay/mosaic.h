// SPDX-License-Identifier: MIT
#pragma once

#include "core/canvas.h"
#include "core/geometry.h"

namespace screenalytics {

/// Makes the face in this box unrecognisable: an ellipse around it, well beyond its edges, becomes
/// coarse squares, four across the face, each the mean of what was there. The squares move with the
/// box, so that a moving face does not show through them in other places from frame to frame.
void hide_face(const Canvas& canvas, const Box& face);

}  // namespace screenalytics
