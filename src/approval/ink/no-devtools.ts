// Stands in for react-devtools-core, which ink names and this bundle leaves out (see build.js).
export default {};
