# Operations that only networks of other programs have.
op-kind-pad = Zeros around the map
