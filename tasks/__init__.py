"""WHAT: the closed loop of decompose, track, remind, analyse, assess and rectify."""
