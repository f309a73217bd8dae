// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled by nobody: the planted house is only configured.
