/** Variables that every process of a Windows guest starts with; those of the user are not among them. */
export const defaultWindowsEnvironment: Readonly<Record<string, string>> = {
  ALLUSERSPROFILE: 'C:\\ProgramData',
  CommonProgramFiles: 'C:\\Program Files\\Common Files',
  ComSpec: 'C:\\Windows\\System32\\cmd.exe',
  NUMBER_OF_PROCESSORS: '1',
  OS: 'Windows_NT',
  Path: 'C:\\Windows\\System32;C:\\Windows;C:\\Windows\\System32\\Wbem',
  PATHEXT: '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC',
  PROCESSOR_ARCHITECTURE: 'AMD64',
  ProgramData: 'C:\\ProgramData',
  ProgramFiles: 'C:\\Program Files',
  PROMPT: '$P$G',
  PUBLIC: 'C:\\Users\\Public',
  SystemDrive: 'C:',
  SystemRoot: 'C:\\Windows',
  windir: 'C:\\Windows',
};
