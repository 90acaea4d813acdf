package Revix::Api;

# Gives a package the functions of VIX with one prefix: `use Revix::Api 'VixVM_'`.
use strict;
use warnings;
use Revix::Call;
use Revix::Functions;

sub import {
    my (undef, $prefix) = @_;
    my $package = caller;
    for my $name (grep { /\A\Q$prefix\E/ } keys %Revix::Functions::PARAMETERS) {
        my $member = substr $name, length $prefix;
        no strict 'refs';
        *{"${package}::$member"} = sub {
            my @answer = Revix::Call::vix($name, @_);
            # `my $err = ...` is the error, not the last value.
            return wantarray ? @answer : $answer[0];
        };
    }
    return;
}

1;
