// refused: no program: no function in a section named tc, classifier, xdp or socket
int unused(int a) { return a; }
