package Revix::Locate;

# Where the helper is, and the Node that runs it: as the native library looks for them.
use strict;
use warnings;
use Cwd 'abs_path';
use File::Basename 'dirname';
use File::Spec;

# The command that starts the helper. Dies with a text that says what is missing and what to do.
sub helper_command {
    my $named = $ENV{REVIX_HELPER};
    if (defined $named) {
        return _script($named) if $named =~ /\.[cm]?js\z/ && -f $named;
        return ($named, 'helper') if -x $named && !-d $named;
        die "REVIX_HELPER names \"$named\", which is no file that can be used; correct it\n";
    }
    my $beside = _beside();
    return _script($beside) if defined $beside;
    my $revix = _on_path('revix');
    return ($revix, 'helper') if defined $revix;
    die "no helper was found: set REVIX_HELPER to dist/bindings/helper.cjs of the package revix\n";
}

# In the package these modules are in native/perl/lib/Revix, the helper in dist/bindings.
sub _beside {
    my $package = dirname(abs_path(__FILE__));
    $package = dirname($package) for 1 .. 4;
    my $helper = File::Spec->catfile($package, 'dist', 'bindings', 'helper.cjs');
    return -f $helper ? $helper : undef;
}

sub _script {
    my ($script) = @_;
    my $named = $ENV{REVIX_NODE};
    if (defined $named) {
        return ($named, $script) if -x $named && !-d $named;
        die "REVIX_NODE names \"$named\", which is no program that can be run; correct it\n";
    }
    my $node = _on_path('node');
    die "there is no \"node\" on the PATH; install Node.js 20.18 or later, or set REVIX_NODE\n" if !defined $node;
    return ($node, $script);
}

sub _on_path {
    my ($name) = @_;
    for my $folder (File::Spec->path) {
        for my $suffix ($^O eq 'MSWin32' ? ('.exe', '.cmd') : ('')) {
            my $program = File::Spec->catfile($folder, "$name$suffix");
            return $program if -x $program && !-d $program;
        }
    }
    return undef;
}

1;
